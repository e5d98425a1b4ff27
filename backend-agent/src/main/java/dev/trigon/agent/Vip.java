package dev.trigon.agent;

import java.net.InetAddress;

/**
 * A virtual address that this server answers for.
 *
 * @param dscp the code that marks its packets in l3dsr, 1 to 63; {@link #NO_DSCP} in l2dsr
 */
record Vip(InetAddress address, int dscp) {
    static final int NO_DSCP = 0;
    static final int MAX_DSCP = 63;

    IpFamily family() {
        return IpFamily.of(address);
    }

    /** A VIP on lo is that address alone: a shorter prefix would make the whole prefix local. */
    int prefixLength() {
        return family().addressBits();
    }

    String text() {
        return IpLiteral.text(address);
    }
}
