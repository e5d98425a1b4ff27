package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.linux.NftException;
import dev.trigon.linux.NftTable;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the gateway's own stack away from a VIP that is an address of the gateway: no route can, since the kernel looks for
 * its own addresses first. An nftables table drops what is for the balanced ports, and nothing else: ssh to that address is the
 * gateway's as ever. The raw hook comes after the capture and before connection tracking.
 *
 * <p>The table has a name that is Trigon's, so that what a vipd that was killed left behind is taken over.
 */
final class PortGuard {
    static final String FAMILY = "inet";
    static final String TABLE = "trigon_gateway";
    private static final Logger LOG = LoggerFactory.getLogger(PortGuard.class);

    /** What the kernel must leave alone. */
    record Rule(InetAddress vip, Protocol protocol, List<PortRange> ports) {
        private String text() {
            String family = vip instanceof Inet4Address ? "ip" : "ip6";
            String numbers = ports.stream().map(PortRange::toString).collect(Collectors.joining(", "));
            return String.format(
                    "\t\t%s daddr %s %s dport { %s } drop%n", family, vip.getHostAddress(), protocol.label(), numbers);
        }
    }

    private final NftTable table;
    private Set<Rule> inForce = Set.of();
    /** As nft shows what was put there. */
    private Optional<String> listed = Optional.empty();
    /** Whether what another vipd may have left has been seen to. */
    private boolean settled;

    PortGuard(NftTable table) {
        this.table = table;
    }

    static PortGuard ofGateway() {
        return new PortGuard(NftTable.of(FAMILY, TABLE));
    }

    /** What services need guarded whose VIP is one of these own addresses. */
    static Set<Rule> rules(Collection<ServiceSpec> services, Set<InetAddress> own) {
        return services.stream()
                .filter(service -> own.contains(service.vip()))
                .map(service -> new Rule(service.vip(), service.protocol(), service.ports()))
                .collect(Collectors.toSet());
    }

    boolean isPossible() {
        return table.isProgramInstalled();
    }

    /** Guards these too. */
    synchronized void add(Set<Rule> rules) {
        if (!inForce.containsAll(rules)) {
            Set<Rule> all = new HashSet<>(inForce);
            all.addAll(rules);
            install(all);
        }
    }

    /** Takes away every guard but these, also what a vipd that was killed left behind. */
    synchronized void retain(Set<Rule> rules) {
        boolean leftBehind = !settled && rules.isEmpty() && table.isProgramInstalled();
        if (!inForce.equals(rules) || leftBehind) {
            install(rules);
        }
        settled = true;
    }

    /** What is wrong with what is to be in force; null: nothing. */
    synchronized @Nullable String fault() {
        if (inForce.isEmpty()) {
            return null;
        }
        try {
            return table.list().equals(listed) ? null : "table " + FAMILY + " " + TABLE + " is gone or changed";
        } catch (NftException e) {
            return "whether table " + FAMILY + " " + TABLE + " is in force cannot be seen: " + e.getMessage();
        }
    }

    /** Puts back what somebody has taken away or changed. */
    synchronized void repair() {
        if (inForce.isEmpty()) {
            return;
        }
        try {
            if (!table.list().equals(listed)) {
                LOG.warn("table {} {} was gone or changed, and is put back", FAMILY, TABLE);
                install(inForce);
            }
        } catch (NftException e) {
            LOG.warn("whether table {} {} is in force: {}", FAMILY, TABLE, e.getMessage());
        }
    }

    /** Takes away what this guard put there. */
    synchronized void clear() {
        if (!inForce.isEmpty()) {
            install(Set.of());
        }
    }

    private void install(Set<Rule> rules) {
        try {
            if (rules.isEmpty()) {
                table.remove();
                listed = Optional.empty();
            } else {
                table.replace(chains(rules));
                listed = table.list();
            }
        } catch (NftException e) {
            // no table looks like this: the next repair tries again
            listed = Optional.of("");
            LOG.error(
                    "the kernel's own stack may meet packets of services on this gateway's addresses, or be kept from"
                            + " them longer than needed: {}",
                    e.getMessage());
        }
        inForce = Set.copyOf(rules);
    }

    private static String chains(Set<Rule> rules) {
        return "\tchain prerouting {\n\t\ttype filter hook prerouting priority raw; policy accept;\n"
                + rules.stream().map(Rule::text).sorted().collect(Collectors.joining())
                + "\t}\n";
    }
}
