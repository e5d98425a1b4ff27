package dev.trigon.dataplane.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An address and a port, as {@code 192.0.2.10:80} or {@code [2001:db8::10]:80}. */
public record Endpoint(InetAddress address, int port) {
    public static final String EXAMPLES = "192.0.2.10:80 or [2001:db8::10]:80";

    private static final int MAX_PORT = 65_535;
    /** IPv6 stands in brackets: without them nobody could tell the port from the address. */
    private static final Pattern FORM = Pattern.compile("(?:([0-9.]+)|\\[([0-9A-Fa-f:.]+)]):([0-9]{1,5})");

    /** Empty where the text is not both. */
    public static Optional<Endpoint> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > MAX_PORT) {
            return Optional.empty();
        }
        String ipv4 = parts.group(1);
        Optional<InetAddress> address = ipv4 != null
                ? Addresses.parse(ipv4).filter(Inet4Address.class::isInstance)
                : Addresses.parse(String.valueOf(parts.group(2))).filter(Inet6Address.class::isInstance);
        return address.map(found -> new Endpoint(found, Integer.parseInt(parts.group(3))));
    }

    @Override
    public String toString() {
        return Addresses.format(address, port);
    }
}
