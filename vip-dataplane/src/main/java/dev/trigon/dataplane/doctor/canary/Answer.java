package dev.trigon.dataplane.doctor.canary;

import dev.trigon.linux.MacAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What became of a canary.
 *
 * @param from who it says it is from; null: nobody said anything
 * @param mac that the frame came from; null as above
 * @param hopLimit of what came, on arrival
 * @param said of an error, in words; else empty
 */
public record Answer(
        Kind kind, @Nullable InetAddress from, @Nullable MacAddress mac, int hopLimit, String said) {
    public enum Kind {
        /** By an echo reply, or by a SYN-ACK. */
        TAKEN,
        /** By an RST. */
        REFUSED,
        /** Somebody said by ICMP that it does not get there. */
        UNREACHABLE,
        /** Somebody said by ICMP that it would have had to go further than it could. */
        PASSED_ON,
        SILENT,
        NOT_SENT
    }

    static final Answer SILENCE = new Answer(Kind.SILENT, null, null, 0, "");

    /** @param why it was not sent */
    public static Answer notSent(String why) {
        return new Answer(Kind.NOT_SENT, null, null, 0, why);
    }

    public boolean isFrom(InetAddress address) {
        return address.equals(from);
    }

    /** Whether the server's kernel itself took what was asked, with a yes or a no. */
    public boolean isReply() {
        return kind == Kind.TAKEN || kind == Kind.REFUSED;
    }
}
