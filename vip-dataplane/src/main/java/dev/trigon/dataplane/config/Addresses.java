package dev.trigon.dataplane.config;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as text. Never asks a name server: what is no address by itself is none. */
public final class Addresses {
    /**
     * What an address is written with, and the longest there is (INET6_ADDRSTRLEN of netinet/in.h, less its end). No zone, no
     * brackets, no prefix length, and no digits of other scripts.
     */
    private static final Pattern FORM = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    private Addresses() {}

    /**
     * Empty where the text is no address: neither four decimal numbers without leading zeros, nor IPv6 as RFC 4291, section
     * 2.2 has it. Empty for IPv4-mapped IPv6 too, which stands for a socket's view of IPv4 and for no host's address.
     */
    public static Optional<InetAddress> parse(String text) {
        return isWellFormed(text) && !isMapped(text) ? Optional.of(InetAddresses.forString(text)) : Optional.empty();
    }

    private static boolean isWellFormed(String text) {
        return FORM.matcher(text).matches() && InetAddresses.isInetAddress(text);
    }

    /** Java knows a mapped address as the IPv4 address in it. */
    private static boolean isMapped(String text) {
        return text.indexOf(':') >= 0 && InetAddresses.forString(text) instanceof Inet4Address;
    }

    /** As RFC 5952 writes it: the same address is the same text everywhere. */
    public static String format(InetAddress address) {
        return InetAddresses.toAddrString(address);
    }

    /** With a port, IPv6 in brackets (RFC 5952, section 6). */
    public static String format(InetAddress address, int port) {
        return InetAddresses.toUriString(address) + ":" + port;
    }

    /** IPv4 or IPv6. */
    public static String family(InetAddress address) {
        return address instanceof Inet4Address ? "IPv4" : "IPv6";
    }

    /** Why a text is no address to balance by, in words for the operator that follow "which". */
    static final class BadAddress extends Exception {
        private static final long serialVersionUID = 1L;

        private final String why;
        private final String remedy;

        BadAddress(String why, String remedy) {
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

    /** An address that one host has, and the same host from wherever it is asked for. */
    static InetAddress ofHost(String text) throws BadAddress {
        if (!isWellFormed(text)) {
            throw malformed(text);
        }
        InetAddress address = InetAddresses.forString(text);
        if (isMapped(text)) {
            throw new BadAddress(
                    "is an IPv4 address mapped into IPv6, which no packet carries", "write it as " + format(address));
        }
        String unusable = unusable(address);
        if (unusable != null) {
            throw new BadAddress(unusable, "give the address of one host");
        }
        if (address.isLinkLocalAddress()) {
            throw new BadAddress(
                    "is a link-local address, another host's on every link",
                    "give one that holds beyond the link (in IPv6 a global or a unique local one)");
        }
        return address;
    }

    private static BadAddress malformed(String text) {
        String bare = text.replaceFirst("[%/].*", "").replaceFirst("^\\[(.*)]$", "$1");
        if (!bare.equals(text) && parse(bare).isPresent()) {
            return switch (text.charAt(text.startsWith("[") ? 0 : bare.length())) {
                case '/' -> new BadAddress("is a network", "give the address of one host");
                case '%' -> new BadAddress("names a zone", "give an address that holds on every link, without %");
                default -> new BadAddress("is in brackets", "write it as " + bare);
            };
        }
        return new BadAddress("is no IP address", "give one such as 192.0.2.10 or 2001:db8::10");
    }

    /** RFC 1122, section 3.2.1.3; RFC 1112, section 4; RFC 4291, sections 2.5.2, 2.5.3 and 2.7. */
    private static @Nullable String unusable(InetAddress address) {
        int first = address.getAddress()[0] & 0xFF;
        boolean isIpv4 = address instanceof Inet4Address;
        if (isIpv4 && first == 0) {
            return "means no host (0.0.0.0/8)";
        }
        if (address.isAnyLocalAddress()) {
            return "means no host";
        }
        if (address.isLoopbackAddress()) {
            return "is a loopback address";
        }
        if (address.isMulticastAddress()) {
            return "is a multicast address";
        }
        return isIpv4 && first >= 240 ? "is a broadcast or reserved address" : null;
    }
}
