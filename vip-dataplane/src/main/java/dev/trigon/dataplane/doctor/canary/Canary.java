package dev.trigon.dataplane.doctor.canary;

import java.net.InetAddress;

/**
 * One packet that a server should answer: an echo request, or the SYN of a connection that is given up once it is answered.
 *
 * @param backendId whose next hop it is sent to
 * @param from an address of the gateway's own, no VIP, where the answer comes
 * @param to the VIP, or the server's own address
 * @param forVip whether it is delivered as clients' packets are
 * @param port that the SYN is for; {@link #NONE}: it is an echo request
 * @param hops that it has to go, on leaving the gateway
 */
public record Canary(int backendId, InetAddress from, InetAddress to, boolean forVip, int port, int hops) {
    public static final int NONE = 0;

    boolean isEcho() {
        return port == NONE;
    }
}
