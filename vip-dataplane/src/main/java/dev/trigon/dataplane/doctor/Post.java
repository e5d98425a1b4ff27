package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.doctor.canary.Canary;
import java.net.InetAddress;
import java.util.List;

/**
 * A server's place behind one VIP, whichever services of the VIP it is of, and the canaries that it is sent there.
 *
 * @param backendId of one of its backends there
 * @param dscp the VIP's code in l3dsr; 0 in l2dsr
 * @param ports of TCP that it should listen on
 * @param from the gateway's own address that it is asked from
 */
record Post(Server server, InetAddress vip, int backendId, int dscp, List<Integer> ports, InetAddress from) {
    private static final int MANY_HOPS = 64;

    /** Who lacks the VIP and forwards would send it on: with no hop to go he has to say so instead. */
    Canary ping() {
        // the code costs a hop before it leaves
        int oneHop = isLayer3() ? 2 : 1;
        return new Canary(backendId, from, vip, true, Canary.NONE, server.isDirect() ? oneHop : MANY_HOPS);
    }

    /** For who sends it on to somebody behind him who has the VIP. */
    Canary farPing() {
        return new Canary(backendId, from, vip, true, Canary.NONE, MANY_HOPS);
    }

    Canary pingOwn() {
        return new Canary(backendId, from, server.address(), false, Canary.NONE, MANY_HOPS);
    }

    Canary connection(int port) {
        return new Canary(backendId, from, vip, true, port, MANY_HOPS);
    }

    Canary connectionToOwn(int port) {
        return new Canary(backendId, from, server.address(), false, port, MANY_HOPS);
    }

    boolean isLayer3() {
        return dscp != 0;
    }

    String label() {
        return server.label() + " for VIP " + vipText();
    }

    String vipText() {
        return Addresses.format(vip);
    }

    String addressText() {
        return Addresses.format(server.address());
    }

    /** {@code vip-agent run} as this VIP wants it there. */
    String agent() {
        return "on " + server.label() + ": vip-agent run --vip " + vipText() + " --interface INTERFACE"
                + (isLayer3() ? " --forward l3dsr --dscp " + dscp : "");
    }
}
