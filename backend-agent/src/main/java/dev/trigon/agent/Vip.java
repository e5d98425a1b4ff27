package dev.trigon.agent;

import java.net.Inet4Address;

/**
 * A virtual address that this server answers for.
 *
 * @param dscp the code that marks its packets in l3dsr, 1 to 63; {@link #NO_DSCP} in l2dsr
 */
record Vip(Inet4Address address, int dscp) {
    static final int NO_DSCP = 0;
    static final int MAX_DSCP = 63;

    /** A VIP on lo is that address alone: a shorter prefix would make the whole prefix local. */
    static final int PREFIX_LENGTH = 32;

    String text() {
        return address.getHostAddress();
    }
}
