package dev.trigon.cli.imports;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** How many bits of a client's address count: a mask in IPv4, a length in IPv6. */
final class Netmask {
    private Netmask() {}

    static int prefix(String text, boolean isIpv4) throws Misfit {
        if (!isIpv4) {
            return Text.number("the netmask of an IPv6 service", text, 1, 128);
        }
        if (!text.contains(".")) {
            return Text.number("the netmask", text, 0, 32);
        }
        InetAddress mask = Address.parse(text);
        int bits = ByteBuffer.wrap(mask.getAddress()).getInt();
        int ones = Integer.numberOfLeadingZeros(~bits);
        if (Integer.bitCount(bits) != ones) {
            throw new Misfit(
                    "netmask " + text
                            + " has gaps, and vipd takes a client's first bits: left out, so that each address is"
                            + " a client of its own",
                    "set the affinity's `prefix` to the number of bits that count");
        }
        return ones;
    }
}
