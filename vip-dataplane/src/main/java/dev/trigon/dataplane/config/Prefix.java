package dev.trigon.dataplane.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits; an address alone is all of its own.
 *
 * @param network its first address: the bits beyond the length are 0
 */
public record Prefix(InetAddress network, int length) {
    private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f:.]{2,45})(?:/([0-9]{1,3}))?");

    /** Why a text is no prefix, in words for the operator that follow "which". */
    static final class BadPrefix extends Exception {
        private static final long serialVersionUID = 1L;

        private final String why;
        private final String remedy;

        BadPrefix(String why, String remedy) {
            super(why);
            this.why = why;
            this.remedy = remedy;
        }

        String why() {
            return why;
        }

        String remedy() {
            return remedy;
        }
    }

    static Prefix parse(String text) throws BadPrefix {
        Matcher parts = FORM.matcher(text);
        Optional<InetAddress> address = parts.matches() ? Addresses.parse(parts.group(1)) : Optional.empty();
        if (address.isEmpty()) {
            throw new BadPrefix(
                    "is no address and no prefix",
                    "give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64");
        }
        int bits = bits(address.get());
        int length = parts.group(2) == null ? bits : Integer.parseInt(parts.group(2));
        if (length > bits) {
            throw new BadPrefix(
                    "is longer than an " + Addresses.family(address.get()) + " address",
                    "give a length of 0 to " + bits);
        }
        Prefix prefix = new Prefix(first(address.get(), length), length);
        if (!prefix.network().equals(address.get())) {
            throw new BadPrefix(
                    "has bits set beyond its length",
                    "write the network as " + prefix + ", or the address without /" + length);
        }
        return prefix;
    }

    private static int bits(InetAddress address) {
        return Byte.SIZE * address.getAddress().length;
    }

    private static InetAddress first(InetAddress address, int length) {
        byte[] octets = address.getAddress();
        for (int bit = length; bit < bits(address); bit++) {
            octets[bit / Byte.SIZE] &= (byte) ~(0x80 >>> bit % Byte.SIZE);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of as many octets as another", e);
        }
    }

    /** Never of the other family. */
    public boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        return new BigInteger(1, ours)
                        .xor(new BigInteger(1, theirs))
                        .shiftRight(bits(network) - length)
                        .signum()
                == 0;
    }

    @Override
    public String toString() {
        String address = Addresses.format(network);
        return length == bits(network) ? address : address + "/" + length;
    }
}
