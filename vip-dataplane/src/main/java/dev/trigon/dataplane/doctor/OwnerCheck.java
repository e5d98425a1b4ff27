package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Link;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether somebody else on the segments that VIP traffic comes from says that a VIP is theirs: a server that is not quiet. */
final class OwnerCheck implements Check {
    /** A look sends two questions for each on each interface, and is to be no flood. */
    static final int MOST_VIPS = 256;

    @Override
    public String name() {
        return "vip-owner";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        List<Link> arms = patient.armLinks();
        List<InetAddress> vips = askable(patient, arms, found);
        if (vips.isEmpty() || arms.isEmpty()) {
            return found.all();
        }
        Set<MacAddress> own = patient.host().links().stream()
                .map(Link::mac)
                .filter(it -> it != null)
                .collect(Collectors.toSet());
        List<Holder> others = patient.host().holders(arms, vips).stream()
                .filter(it -> !own.contains(it.mac()))
                .sorted(Comparator.comparing(Holder::toString))
                .toList();
        Map<MacAddress, String> names = patient.serversByMac();
        others.forEach(it -> add(found, it, names));
        if (others.isEmpty()) {
            String interfaces = Words.list(arms.stream().map(Link::name).toList());
            found.well(
                    Words.count(vips.size(), "VIP") + (vips.size() == MOST_VIPS ? ", the first" : ""),
                    "nobody else answers for them on " + interfaces);
        }
        return found.all();
    }

    /** Neighbour discovery is asked with an address of one's own. */
    private static List<InetAddress> askable(Patient patient, List<Link> arms, Findings found) {
        List<Link> mute = arms.stream()
                .filter(it -> !OwnerProbe.canSolicit(it, patient.host().addresses()))
                .toList();
        boolean v6 = patient.vips().stream().anyMatch(it -> !(it instanceof Inet4Address));
        if (v6 && !mute.isEmpty()) {
            found.unknown(
                    "VIPs of IPv6",
                    "no link-local address to ask from on "
                            + Words.list(mute.stream().map(Link::name).toList()),
                    Remedy.byHand("sysctl -w net.ipv6.conf." + mute.get(0).name() + ".addr_gen_mode=0"));
        }
        return patient.vips().stream()
                .filter(it -> it instanceof Inet4Address || mute.isEmpty())
                .sorted(Comparator.comparing(InetAddress::getHostAddress))
                .limit(MOST_VIPS)
                .toList();
    }

    private static void add(Findings found, Holder holder, Map<MacAddress, String> names) {
        boolean v4 = holder.address() instanceof Inet4Address;
        String server = names.get(holder.mac());
        String vip = Addresses.format(holder.address());
        String question = v4 ? "ARP" : "neighbour discovery";
        String who = server == null ? "somebody" : server;
        String cause =
                server == null ? "" : v4 ? ": arp_ignore on it is not in force" : ": the VIP is not on its lo alone";
        found.wrong(
                "VIP " + vip,
                who + ", MAC " + holder.mac() + ", answers " + question + " for it on " + holder.onInterface() + cause,
                "routers and clients that believe it send to that host alone, past the gateway: no balancing, and nothing"
                        + " when it is down",
                Remedy.byHand(remedy(v4, server, vip, holder)));
    }

    private static String remedy(boolean v4, @Nullable String server, String vip, Holder holder) {
        if (server == null) {
            return "find the host with MAC " + holder.mac() + " and take " + vip + " off its interfaces but lo";
        }
        return v4
                ? "on " + server + ": vip-agent run --vip " + vip
                        + ", or sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"
                : "on " + server + ": ip -6 address show to " + vip + ", and leave it on lo alone";
    }
}
