package dev.trigon.cli.imports;

import java.net.InetAddress;

/**
 * What a virtual server takes packets for.
 *
 * @param protocol tcp or udp
 * @param port 0: all that no other virtual server of the VIP and protocol has
 */
record Listener(String protocol, InetAddress vip, int port) {
    /** Nobody else's: LVS has one virtual server a listener. */
    String name() {
        return protocol + "-" + Address.asName(vip) + "-" + (port == 0 ? "any" : port);
    }

    @Override
    public String toString() {
        String host = Address.format(vip);
        return protocol + " " + (Address.isIpv4(vip) ? host : "[" + host + "]") + ":" + port;
    }
}
