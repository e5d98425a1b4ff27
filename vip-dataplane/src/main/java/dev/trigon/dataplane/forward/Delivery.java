package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.wire.Packet;

/**
 * What makes a packet for a VIP one that its backend takes. Clients' packets and checks of the backend's health go through the
 * same code, so that a check meets what a client would.
 */
public final class Delivery {
    private Delivery() {}

    /** Whether the backend can be reached by this hop: in l2dsr, a router would send the packet back to whoever has the VIP, here. */
    public static boolean reaches(Backend backend, NextHop hop) {
        return backend.isLayer3() || hop.direct();
    }

    /** Changes what is IP's and the transport's: in l2dsr a partial checksum alone. */
    public static void address(Packet packet, Backend backend) {
        if (backend.isLayer3()) {
            packet.redirect(backend.addressHigh(), backend.addressLow(), backend.dscp());
        } else {
            packet.completeChecksum();
        }
    }

    /** Changes what is Ethernet's. */
    public static void hand(Packet packet, NextHop hop) {
        packet.ethernet().destination(hop.destinationMac());
        packet.ethernet().source(hop.sourceMac());
    }
}
