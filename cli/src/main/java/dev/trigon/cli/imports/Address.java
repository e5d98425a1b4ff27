package dev.trigon.cli.imports;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses as vipd will take them; no name server is asked. */
final class Address {
    private static final Pattern FORM = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*");

    private Address() {}

    /** Whether a host is meant, by its name. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** An address that one host has, and the same host from wherever it is asked for. */
    static InetAddress ofHost(String text) throws Misfit {
        InetAddress address = parse(text);
        String unusable = unusable(address);
        if (unusable != null) {
            throw new Misfit(text + " " + unusable + ": left out", "give it an address of its own, and add it by hand");
        }
        return address;
    }

    static InetAddress parse(String text) throws Misfit {
        if (!FORM.matcher(text).matches() || !InetAddresses.isInetAddress(text)) {
            throw new Misfit(Text.quoted(text) + " is no IP address: left out", "correct it");
        }
        InetAddress address = InetAddresses.forString(text);
        if (address instanceof Inet4Address && text.indexOf(':') >= 0) {
            throw new Misfit(text + " is an IPv4 address mapped into IPv6: left out", "write it as " + format(address));
        }
        return address;
    }

    private static @Nullable String unusable(InetAddress address) {
        int first = address.getAddress()[0] & 0xFF;
        boolean isIpv4 = isIpv4(address);
        if (address.isLoopbackAddress()) {
            return "is the gateway itself, which serves nothing of its own";
        }
        if (address.isAnyLocalAddress() || (isIpv4 && first == 0)) {
            return "means no host";
        }
        if (address.isMulticastAddress() || (isIpv4 && first >= 240)) {
            return "is no address of one host";
        }
        return address.isLinkLocalAddress() ? "is a link-local address, another host's on every link" : null;
    }

    static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** As RFC 5952 writes it. */
    static String format(InetAddress address) {
        return InetAddresses.toAddrString(address);
    }

    /** As a name may be: an IPv6 address with '-' for ':', and no '-' first. */
    static String asName(InetAddress address) {
        String name = format(address).replace(':', '-');
        return name.startsWith("-") ? "0" + name : name;
    }
}
