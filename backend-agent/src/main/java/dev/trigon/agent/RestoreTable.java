package dev.trigon.agent;

import java.net.Inet4Address;
import java.util.List;
import java.util.stream.Collectors;

/**
 * L3DSR's way back: what the gateway addressed to this server and marked with a VIP's DSCP code is for the VIP again before the
 * kernel routes it. Stateless, so that it needs no connection tracking; raw priority, so that tracking, where it runs, sees the
 * VIP. nft corrects the checksums. The DSCP code stays on the packet, which no socket sees.
 */
final class RestoreTable {
    static final String NAME = "trigon_agent";

    private RestoreTable() {}

    /** @param own this server's addresses, to any of which the gateway may send */
    static String text(List<Vip> vips, List<Inet4Address> own) {
        String addresses =
                own.stream().map(Inet4Address::getHostAddress).sorted().collect(Collectors.joining(", "));
        StringBuilder text = new StringBuilder();
        text.append("table ip ").append(NAME).append(" {\n");
        text.append("\tchain prerouting {\n");
        text.append("\t\ttype filter hook prerouting priority raw; policy accept;\n");
        for (Vip vip : vips) {
            text.append(String.format(
                    "\t\tip daddr { %s } ip dscp 0x%02x counter ip daddr set %s%n", addresses, vip.dscp(), vip.text()));
        }
        return text.append("\t}\n}\n").toString();
    }
}
