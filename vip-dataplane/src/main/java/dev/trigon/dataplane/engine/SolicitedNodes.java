package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.forward.Arm;
import dev.trigon.linux.GroupMember;
import dev.trigon.linux.LinuxException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the NICs receive the questions for IPv6 VIPs: those go to a multicast group that is made of the address, which a NIC and a
 * snooping switch pass on to members only (RFC 4861, section 7.2.1). An ordinary socket is the member, so that it all ends with
 * the process.
 */
final class SolicitedNodes implements AutoCloseable {
    /** RFC 4291, section 2.7.1: ff02::1:ff00:0/104. */
    private static final int[] PREFIX = {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF};

    private static final Logger LOG = LoggerFactory.getLogger(SolicitedNodes.class);

    private final List<Arm> arms = new ArrayList<>();
    /** Opened for the first IPv6 VIP: a host may be without IPv6. */
    private @Nullable GroupMember member;

    private final Set<Inet6Address> joined = new HashSet<>();

    /** One more interface whose NIC is to receive the questions. */
    synchronized void add(Arm arm) {
        arms.add(arm);
        joined.forEach(group -> take(GroupMember::join, group, arm));
    }

    /** An interface that is of no interest any more, or gone. */
    synchronized void remove(Arm arm) {
        arms.remove(arm);
        for (Inet6Address group : joined) {
            try {
                member().leave(group, arm.ifIndex());
            } catch (LinuxException e) {
                LOG.debug("leaving {} on {}", group, arm.interfaceName(), e);
            }
        }
    }

    static Inet6Address groupOf(InetAddress address) {
        byte[] octets = address.getAddress();
        for (int i = 0; i < PREFIX.length; i++) {
            octets[i] = (byte) PREFIX[i];
        }
        try {
            return (Inet6Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen octets are an address", e);
        }
    }

    /** Is in the groups of these VIPs, and in no others. */
    synchronized void retain(Set<InetAddress> vips) {
        Set<Inet6Address> groups = vips.stream()
                .filter(Inet6Address.class::isInstance)
                .map(SolicitedNodes::groupOf)
                .collect(Collectors.toSet());
        for (Inet6Address group : Set.copyOf(joined)) {
            if (!groups.contains(group)) {
                joined.remove(group);
                forEachArm(group, GroupMember::leave);
            }
        }
        for (Inet6Address group : groups) {
            if (joined.add(group)) {
                forEachArm(group, GroupMember::join);
            }
        }
    }

    private interface Step {
        void take(GroupMember member, Inet6Address group, int ifIndex);
    }

    private void forEachArm(Inet6Address group, Step step) {
        arms.forEach(arm -> take(step, group, arm));
    }

    private void take(Step step, Inet6Address group, Arm arm) {
        try {
            step.take(member(), group, arm.ifIndex());
        } catch (LinuxException e) {
            LOG.warn(
                    "{}: questions for VIPs of that group may not reach this gateway by {}; see that IPv6 is on there"
                            + " (sysctl net.ipv6.conf.{}.disable_ipv6), and net.core.optmem_max has room",
                    e.getMessage(),
                    arm.interfaceName(),
                    arm.interfaceName());
        }
    }

    private GroupMember member() {
        GroupMember open = member;
        if (open == null) {
            open = GroupMember.open();
            member = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        if (member != null) {
            member.close();
        }
    }
}
