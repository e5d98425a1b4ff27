package dev.trigon.agent;

import java.util.Locale;

/** How packets for the VIP reach this server. */
enum ForwardMode {
    /** Addressed to the VIP, in a frame to this server's MAC. */
    L2DSR,
    /** Addressed to this server, with the VIP's DSCP code. */
    L3DSR;

    /** As the operator writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
