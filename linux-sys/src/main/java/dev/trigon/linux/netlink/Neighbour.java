package dev.trigon.linux.netlink;

import dev.trigon.linux.MacAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of a neighbour's link-layer address.
 *
 * @param mac null where none is known, or it is no Ethernet address
 */
public record Neighbour(
        int ifIndex, InetAddress address, @Nullable MacAddress mac, State state) {

    /** Whether frames may be sent to the MAC: it is known, and was not found to be wrong. */
    public boolean usable() {
        return mac != null && state.usable;
    }

    /** ndm_state; linux/neighbour.h, NUD_*. */
    public enum State {
        NONE(0x00, false),
        INCOMPLETE(0x01, false),
        REACHABLE(0x02, true),
        STALE(0x04, true),
        DELAY(0x08, true),
        PROBE(0x10, true),
        FAILED(0x20, false),
        NOARP(0x40, true),
        PERMANENT(0x80, true);

        private static final State[] VALUES = values();

        private final int code;
        private final boolean usable;

        State(int code, boolean usable) {
            this.code = code;
            this.usable = usable;
        }

        /** NONE for a state that this does not know: such an entry is not to be used. */
        static State ofCode(int code) {
            for (State state : VALUES) {
                if (state.code == code) {
                    return state;
                }
            }
            return NONE;
        }
    }
}
