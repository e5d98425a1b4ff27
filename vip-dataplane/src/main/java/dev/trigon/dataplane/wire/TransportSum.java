package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/** The checksum of a packet's transport, where it covers the addresses: where that is, and whether it is all there. */
final class TransportSum {
    private static final int NONE = -1;

    private TransportSum() {}

    /** Where in the buffer it is, or -1 where there is none to keep right. */
    static int find(Packet packet, ByteBuffer buffer) {
        if (packet.isFragment() && !packet.isFirstFragment()) {
            return NONE;
        }
        if (packet.protocol() == Ipv4Header.PROTOCOL_TCP) {
            return packet.transportAt() + TcpHeader.CHECKSUM_OFFSET;
        }
        if (packet.protocol() == Ipv4Header.PROTOCOL_UDP) {
            int at = packet.transportAt() + UdpHeader.CHECKSUM_OFFSET;
            return buffer.getShort(at) == UdpHeader.NO_CHECKSUM ? NONE : at;
        }
        // ICMP's covers no address: RFC 792
        return packet.isIcmp() && packet.isIpv6() ? packet.transportAt() + IcmpHeader.CHECKSUM_OFFSET : NONE;
    }

    /**
     * A sender with checksum offload leaves just the pseudo-header's sum for its hardware to finish. Not in a fragment:
     * who cuts a datagram up sums it up before.
     */
    static boolean isPartial(Packet packet, ByteBuffer buffer, int at) {
        return !packet.isFragment() && Short.toUnsignedInt(buffer.getShort(at)) == pseudoHeader(packet);
    }

    /** Of the addresses as they are now. */
    static int pseudoHeader(Packet packet) {
        return InternetChecksum.pseudoHeader(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.protocol(),
                packet.summedLength());
    }

    static void compute(Packet packet, ByteBuffer buffer, int at) {
        buffer.putShort(at, (short) 0);
        write(
                packet,
                buffer,
                at,
                InternetChecksum.of(buffer, packet.transportAt(), packet.summedLength(), pseudoHeader(packet)));
    }

    /** RFC 768: a computed 0 is sent as all ones, since 0 says that there is no checksum. */
    static void write(Packet packet, ByteBuffer buffer, int at, int checksum) {
        boolean reserved = checksum == 0 && packet.protocol() == Ipv4Header.PROTOCOL_UDP;
        buffer.putShort(at, (short) (reserved ? 0xFFFF : checksum));
    }
}
