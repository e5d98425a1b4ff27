package dev.trigon.agent;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IPv4 addresses as text; a name is none, so that nothing is ever asked of a name server. */
final class Ipv4Literal {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern LITERAL = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    private Ipv4Literal() {}

    static Inet4Address parse(String text) {
        if (!LITERAL.matcher(text).matches()) {
            throw new IllegalArgumentException("no IPv4 address: " + text);
        }
        try {
            return (Inet4Address) InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no IPv4 address: " + text, e);
        }
    }
}
