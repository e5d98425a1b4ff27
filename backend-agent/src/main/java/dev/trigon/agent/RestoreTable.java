package dev.trigon.agent;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * L3DSR's way back: what the gateway addressed to this server and marked with a VIP's DSCP code is for the VIP again before the
 * kernel routes it. Stateless, so that it needs no connection tracking; raw priority, so that tracking, where it runs, sees the
 * VIP. A table for each family, so that a host needs only those it uses.
 *
 * <p>nft corrects the checksums, TCP's, UDP's and ICMPv6's with the pseudo-header. It does so in whole packets and in first
 * fragments; in later ones, which have no such checksum, it changes the address alone (nft_payload.c,
 * nft_payload_l4csum_offset). The DSCP code stays on the packet, which no socket sees.
 */
final class RestoreTable {
    static final String NAME = "trigon_agent";

    private RestoreTable() {}

    /** As nft names it, with its family. */
    static String reference(IpFamily family) {
        return "table " + family.nft() + " " + NAME;
    }

    /**
     * @param vips of this family
     * @param own this server's addresses of this family, to any of which the gateway may send
     */
    static String text(IpFamily family, List<Vip> vips, List<InetAddress> own) {
        String addresses = own.stream().map(IpLiteral::text).sorted().collect(Collectors.joining(", "));
        String header = family.nft();
        StringBuilder text = new StringBuilder();
        text.append(reference(family)).append(" {\n");
        text.append("\tchain prerouting {\n");
        text.append("\t\ttype filter hook prerouting priority raw; policy accept;\n");
        for (Vip vip : vips) {
            text.append(String.format(
                    "\t\t%1$s daddr { %2$s } %1$s dscp 0x%3$02x counter %1$s daddr set %4$s%n",
                    header, addresses, vip.dscp(), vip.text()));
        }
        return text.append("\t}\n}\n").toString();
    }
}
