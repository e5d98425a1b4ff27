package dev.trigon.dataplane.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IPv4 addresses as text. Never asks a name server: what is not four numbers is no address. */
public final class Addresses {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern DOTTED = Pattern.compile(OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET);

    private Addresses() {}

    /** Empty where the text is no IPv4 address in its usual form (four decimal numbers, no leading zeros). */
    public static Optional<InetAddress> parse(String text) {
        Matcher matcher = DOTTED.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        byte[] octets = new byte[4];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) Integer.parseInt(matcher.group(i + 1));
        }
        try {
            return Optional.of(InetAddress.getByAddress(octets));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an IPv4 address", e);
        }
    }

    public static String format(InetAddress address) {
        return address.getHostAddress();
    }

    /** Why no host can have this address, or null where one can. RFC 1122, section 3.2.1.3; RFC 1112, section 4. */
    static @Nullable String unusable(InetAddress address) {
        int first = address.getAddress()[0] & 0xFF;
        if (first == 0) {
            return "means no host (0.0.0.0/8)";
        }
        if (first == 127) {
            return "is a loopback address";
        }
        if (first >= 224 && first <= 239) {
            return "is a multicast address";
        }
        if (first >= 240) {
            return "is a broadcast or reserved address";
        }
        return null;
    }
}
