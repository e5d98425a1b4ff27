package dev.trigon.agent;

import java.util.Locale;

/** How packets for the VIP reach this server. */
enum ForwardMode {
    /** Addressed to the VIP, in a frame to this server's MAC. */
    L2DSR,
    /** Addressed to this server, with the VIP's DSCP code. */
    L3DSR;

    static ForwardMode parse(String text) {
        for (ForwardMode mode : values()) {
            if (mode.toString().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("neither l2dsr nor l3dsr: " + text);
    }

    /** As the operator writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
