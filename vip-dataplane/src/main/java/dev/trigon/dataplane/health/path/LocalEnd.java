package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Packet;
import java.net.InetSocketAddress;

/** This end of a check: while its socket is open, no other one has the same. */
record LocalEnd(int protocol, long addressHigh, long addressLow, int port) {
    static LocalEnd of(Protocol protocol, InetSocketAddress bound) {
        return new LocalEnd(
                protocol.number(),
                IpAddress.high(bound.getAddress()),
                IpAddress.low(bound.getAddress()),
                bound.getPort());
    }

    /** Where a packet of TCP or UDP comes from. */
    static LocalEnd of(Packet packet) {
        return new LocalEnd(packet.protocol(), packet.sourceHigh(), packet.sourceLow(), packet.sourcePort());
    }
}
