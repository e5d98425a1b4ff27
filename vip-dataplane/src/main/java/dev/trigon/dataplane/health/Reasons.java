package dev.trigon.dataplane.health;

import java.io.IOException;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Words for what went wrong. */
final class Reasons {
    static final String REFUSED = "connection refused";

    private static final long MS_PER_SECOND = 1_000;
    private static final long MS_PER_MINUTE = 60_000;
    /** What servers and commands say is shown on one line, and not all of it. */
    private static final int MAX_QUOTED = 200;

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    /** What the kernel says where the gateway has no port or address left for one more connection. */
    private static final String NO_PORT_LEFT = "Cannot assign requested address";

    private static final Map<String, String> PLAINER = Map.of(
            "Connection refused", REFUSED,
            "Connection reset", "connection reset",
            "Connection reset by peer", "connection reset",
            "Broken pipe", "connection reset",
            "No route to host", "no route to host: nobody answers for its address, or a firewall rejects",
            "Host is unreachable", "no route to host: nobody answers for its address, or a firewall rejects",
            "Network is unreachable", "the gateway has no route to it");

    private Reasons() {}

    /** Of a connection or datagram to a backend. */
    static Outcome of(IOException e) {
        String message = message(e);
        if (e instanceof PortUnreachableException) {
            return Outcome.down("port unreachable");
        }
        if (message.equals(NO_PORT_LEFT)) {
            return Outcome.notMade(message);
        }
        if (e instanceof SSLException) {
            return Outcome.down("TLS: " + line(message));
        }
        return Outcome.down(PLAINER.getOrDefault(message, line(message)));
    }

    static String message(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** {@code 1 s}, {@code 1500 ms}, {@code 5 min}. */
    static String time(Duration duration) {
        long ms = duration.toMillis();
        if (ms % MS_PER_MINUTE == 0) {
            return ms / MS_PER_MINUTE + " min";
        }
        return ms % MS_PER_SECOND == 0 ? ms / MS_PER_SECOND + " s" : ms + " ms";
    }

    static String noAnswer(Duration timeout) {
        return "no answer within " + time(timeout);
    }

    /** One line of bounded length, and nothing that a terminal would obey. */
    static String line(String text) {
        String bounded = text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "…";
        return UNPRINTABLE.matcher(bounded).replaceAll("?");
    }
}
