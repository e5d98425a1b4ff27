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
        return new Canary(backendId, from, vip, true, Canary.NONE, hops(1));
    }

    /** On its way out of a gateway a packet loses a hop in l3dsr; how far away a router's servers are is not known. */
    private int hops(int onArrival) {
        return !server.isDirect() ? MANY_HOPS : isLayer3() ? onArrival + 1 : onArrival;
    }

    Canary pingOwn() {
        return new Canary(backendId, from, server.address(), false, Canary.NONE, MANY_HOPS);
    }

    Canary connection(int port) {
        return new Canary(backendId, from, vip, true, port, MANY_HOPS);
    }

    /** For who sends on what is for the VIP: to somebody right behind him, and no further. */
    Canary connectionBehind(int port) {
        return new Canary(backendId, from, vip, true, port, hops(2));
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
