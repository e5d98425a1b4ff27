package dev.trigon.cli.imports;

import java.net.InetAddress;

/**
 * A real server as LVS has it.
 *
 * @param port {@link #SAME_PORT}, or the one that it is given packets on
 * @param asked how its method was asked for, as the operator knows it
 * @param sorry whether it serves only when no other does
 */
record RealServer(int line, InetAddress address, int port, Method method, String asked, int weight, boolean sorry) {
    static final int SAME_PORT = -1;
    static final int MAX_WEIGHT = 65_535;

    /** How LVS brings packets to a server. */
    enum Method {
        /** By its MAC address. */
        DIRECT,
        /** In another packet. */
        TUNNEL,
        /** By another destination address, and replies come back the same way. */
        NAT
    }

    /** LVS looks at a server's port in NAT alone. */
    boolean isTranslated(Listener listener) {
        return method == Method.NAT && hasOtherPort(listener);
    }

    boolean hasOtherPort(Listener listener) {
        return port != SAME_PORT && port != 0 && port != listener.port();
    }
}
