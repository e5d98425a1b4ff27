package dev.trigon.systemtests.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts packets in each host's kernel, where they pass.
 *
 * <p>Ingress of the gateway's interfaces is where all that enters is seen that no engine takes: a reply that crosses the gateway
 * cannot avoid it. What the gateway's own kernel makes up (a reset, say) leaves through output.
 */
public final class PacketCounts {
    private static final Pattern COUNTED = Pattern.compile("counter packets (\\d+) .*comment \"(\\S+)\"");

    private final Lab lab;

    private PacketCounts(Lab lab) {
        this.lab = lab;
    }

    static PacketCounts start(Lab lab) {
        PacketCounts counts = new PacketCounts(lab);
        counts.watchGateway();
        install(lab.router(), forwarded());
        for (String server : Lab.SERVERS) {
            install(lab.host(server), output() + input() + arrivals());
        }
        return counts;
    }

    /** From nothing; again when an interface is another one, for what watched that went with it. */
    void watchGateway() {
        StringBuilder rules = new StringBuilder();
        for (String table : List.of("netdev watch", "inet watch_output")) {
            rules.append("add table %1$s; delete table %1$s\n".formatted(table));
        }
        rules.append("table netdev watch {\n");
        for (String device : lab.kind() == Lab.Kind.TWO_ARMED ? List.of("eth0", "eth1") : List.of("eth0")) {
            rules.append("""
                    chain %1$s {
                        type filter hook ingress device "%1$s" priority 0; policy accept;
                        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                        ip saddr 203.0.113.0/24 counter comment "from-vip"
                        ip6 saddr 2001:db8:f::/64 counter comment "from-vip"
                    }
                    """.formatted(device));
        }
        install(lab.gateway(), rules + "}\n" + output());
    }

    /** What is sent to the gateway: an engine may take it there before any rule sees it. */
    private static String forwarded() {
        return """
                table inet watch_forward {
                    chain forward {
                        type filter hook forward priority 0; policy accept;
                        ip daddr 203.0.113.0/24 counter comment "to-vip"
                        ip6 daddr 2001:db8:f::/64 counter comment "to-vip"
                    }
                }
                """;
    }

    private static String output() {
        return """
                table inet watch_output {
                    chain output {
                        type filter hook output priority 0; policy accept;
                        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                        ip saddr 203.0.113.0/24 counter comment "from-vip"
                        ip6 saddr 2001:db8:f::/64 counter comment "from-vip"
                    }
                }
                """;
    }

    /** After an L3DSR restore, so that it counts in both modes. */
    private static String input() {
        return """
                table inet watch_input {
                    chain input {
                        type filter hook input priority 0; policy accept;
                        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                        ip daddr 203.0.113.0/24 counter comment "to-vip"
                        ip6 daddr 2001:db8:f::/64 counter comment "to-vip"
                    }
                }
                """;
    }

    /** Of strangers, whatever the kernel makes of it then. */
    private static String arrivals() {
        return """
                table netdev watch_arrivals {
                    chain eth0 {
                        type filter hook ingress device "eth0" priority 0; policy accept;
                        ip saddr %s counter comment "from-stranger"
                        ip6 saddr %s counter comment "from-stranger"
                    }
                }
                """.formatted(Family.IPV4.stranger(), Family.IPV6.stranger());
    }

    private static void install(Host host, String rules) {
        host.ask("nft", rules);
    }

    /** Packets from the VIP that the gateway received or made. */
    public long crossed() {
        return sum(lab.gateway(), "from-vip");
    }

    /** Packets to the VIP that the router sent on to the gateway. */
    public long requested() {
        return sum(lab.router(), "to-vip");
    }

    /** Packets from the VIP that a server sent. */
    public long sent(String server) {
        return sum(lab.host(server), "from-vip");
    }

    /** Packets to the VIP that servers accepted. */
    public long delivered() {
        return Lab.SERVERS.stream()
                .mapToLong(server -> sum(lab.host(server), "to-vip"))
                .sum();
    }

    /** Packets of {@link Family#stranger} that reached servers. */
    public long arrivedFromStranger() {
        return Lab.SERVERS.stream()
                .mapToLong(server -> sum(lab.host(server), "from-stranger"))
                .sum();
    }

    private static long sum(Host host, String what) {
        List<Long> counts = new ArrayList<>();
        Matcher counted = COUNTED.matcher(host.ask("nft", "list", "ruleset"));
        while (counted.find()) {
            if (counted.group(2).equals(what)) {
                counts.add(Long.parseLong(counted.group(1)));
            }
        }
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
