package dev.trigon.agent;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Addresses as text; a name is none, so that nothing is ever asked of a name server. */
final class IpLiteral {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    /** What InetAddress takes for an IPv6 address or for nothing. No zone: none means the same on another host. */
    private static final Pattern PERHAPS_IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    /** Two groups or more, with the colon before them. */
    private static final Pattern ZERO_GROUPS = Pattern.compile("(^|:)0(:0)+(?=:|$)");

    private IpLiteral() {}

    static InetAddress parse(String text) {
        boolean ipv6 = PERHAPS_IPV6.matcher(text).matches();
        if (!ipv6 && !IPV4.matcher(text).matches()) {
            throw new IllegalArgumentException("no IP address: " + text);
        }
        try {
            InetAddress address = InetAddress.getByName(text);
            if (ipv6 && address instanceof Inet4Address) {
                throw new IllegalArgumentException("IPv4 in IPv6's clothes: write " + address.getHostAddress());
            }
            return address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no IP address: " + text, e);
        }
    }

    /** As RFC 5952, section 4, has it: one text for one address, that ip(8) and nft(8) show as well. */
    static String text(InetAddress address) {
        String groups = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return groups;
        }
        // 4.2.3: the longest run, the first of several
        Optional<MatchResult> longest = ZERO_GROUPS
                .matcher(groups)
                .results()
                .max(Comparator.comparingInt(run -> run.group().replace(":", "").length()));
        return longest.map(run -> groups.substring(0, run.start()) + "::"
                        + groups.substring(run.end()).replaceFirst("^:", ""))
                .orElse(groups);
    }
}
