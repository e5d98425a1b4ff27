package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * One frame, checked once. {@link #parse} walks the headers against the octets that are there; what it accepts, the rest
 * of the way trusts. One worker keeps one of these and points it at frame after frame.
 */
public final class Packet {
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private final ArpPacket arp = new ArpPacket();

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int etherType;
    private int protocol;
    private int ipAt;
    private int transportAt;
    private int transportLength;
    private boolean fragment;

    /**
     * Checks a frame up to and with its transport header. A fragment has no transport header to speak of, and one of
     * another protocol than TCP and UDP none that is known here: both are accepted as far as IP goes.
     */
    public Flaw parse(ByteBuffer frames, int at, int octets) {
        buffer = frames;
        etherType = 0;
        protocol = 0;
        fragment = false;
        if (octets < EthernetHeader.LENGTH) {
            return Flaw.TRUNCATED;
        }
        etherType = ethernet.wrap(frames, at).etherType();
        int payloadAt = at + EthernetHeader.LENGTH;
        int payload = octets - EthernetHeader.LENGTH;
        if (etherType == EthernetHeader.TYPE_IPV4) {
            return parseIpv4(payloadAt, payload);
        }
        if (etherType == EthernetHeader.TYPE_ARP) {
            arp.wrap(frames, payloadAt);
            return payload < ArpPacket.LENGTH ? Flaw.TRUNCATED : Flaw.NONE;
        }
        return Flaw.NONE;
    }

    private Flaw parseIpv4(int at, int octets) {
        if (octets < Ipv4Header.MIN_LENGTH) {
            return Flaw.TRUNCATED;
        }
        ipAt = at;
        ipv4.wrap(buffer, at);
        int headerLength = ipv4.headerLength();
        int totalLength = ipv4.totalLength();
        if (ipv4.version() != 4 || headerLength < Ipv4Header.MIN_LENGTH || totalLength < headerLength) {
            return Flaw.BAD_IP_HEADER;
        }
        // the frame may be longer: Ethernet pads to 60 octets
        if (totalLength > octets) {
            return Flaw.TRUNCATED;
        }
        transportAt = at + headerLength;
        transportLength = totalLength - headerLength;
        fragment = ipv4.isFragment();
        protocol = ipv4.protocol();
        return fragment ? Flaw.NONE : parseTransport();
    }

    private Flaw parseTransport() {
        if (protocol == Ipv4Header.PROTOCOL_TCP) {
            if (transportLength < TcpHeader.MIN_LENGTH) {
                return Flaw.TRUNCATED;
            }
            int headerLength = tcp.wrap(buffer, transportAt).headerLength();
            return headerLength < TcpHeader.MIN_LENGTH || headerLength > transportLength
                    ? Flaw.BAD_TRANSPORT_HEADER
                    : Flaw.NONE;
        }
        if (protocol == Ipv4Header.PROTOCOL_UDP) {
            if (transportLength < UdpHeader.LENGTH) {
                return Flaw.TRUNCATED;
            }
            int length = udp.wrap(buffer, transportAt).length();
            return length < UdpHeader.LENGTH || length > transportLength ? Flaw.BAD_TRANSPORT_HEADER : Flaw.NONE;
        }
        return Flaw.NONE;
    }

    public int etherType() {
        return etherType;
    }

    public EthernetHeader ethernet() {
        return ethernet;
    }

    public Ipv4Header ipv4() {
        return ipv4;
    }

    public ArpPacket arp() {
        return arp;
    }

    public int protocol() {
        return protocol;
    }

    public boolean isFragment() {
        return fragment;
    }

    /** Octets of the IP packet, without Ethernet's header and padding. */
    public int ipLength() {
        return transportAt - ipAt + transportLength;
    }

    public int sourcePort() {
        // TCP and UDP begin with the same two words
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.SOURCE_PORT_OFFSET));
    }

    public int destinationPort() {
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.DESTINATION_PORT_OFFSET));
    }

    /** Only for TCP. */
    public int tcpFlags() {
        return tcp.flags();
    }

    /** Where the transport checksum is, or -1 where there is none to keep right. */
    private int checksumAt() {
        if (protocol == Ipv4Header.PROTOCOL_TCP) {
            return transportAt + TcpHeader.CHECKSUM_OFFSET;
        }
        int at = transportAt + UdpHeader.CHECKSUM_OFFSET;
        return buffer.getShort(at) == UdpHeader.NO_CHECKSUM ? -1 : at;
    }

    /**
     * Makes the transport checksum right for a frame that will leave this host, when the packet keeps its addresses.
     * Only a partial sum is touched: whatever else stands there is the sender's, right or wrong, for the receiver to see.
     */
    public void completeChecksum() {
        int at = checksumAt();
        if (at >= 0 && isPartial(at)) {
            computeChecksum(at);
        }
    }

    /** Changes the destination, as l3dsr does, and keeps every checksum as right or as wrong as it was. */
    public void redirect(int newDestination, int dscpCode) {
        int at = checksumAt();
        boolean partial = at >= 0 && isPartial(at);
        int oldDestination = ipv4.destination();
        ipv4.redirect(newDestination, dscpCode);
        if (partial) {
            computeChecksum(at);
        } else if (at >= 0) {
            int old = Short.toUnsignedInt(buffer.getShort(at));
            writeChecksum(at, InternetChecksum.replace32(old, oldDestination, newDestination));
        }
    }

    /** A sender with checksum offload leaves just the pseudo-header's sum for its hardware to finish. */
    private boolean isPartial(int checksumAt) {
        return Short.toUnsignedInt(buffer.getShort(checksumAt)) == pseudoHeader();
    }

    private int pseudoHeader() {
        return InternetChecksum.pseudoHeader(ipv4.source(), ipv4.destination(), protocol, coveredLength());
    }

    /** Octets that the transport checksum covers: UDP has a length of its own, which may be less than IP's. */
    private int coveredLength() {
        return protocol == Ipv4Header.PROTOCOL_UDP ? udp.length() : transportLength;
    }

    private void computeChecksum(int checksumAt) {
        buffer.putShort(checksumAt, (short) 0);
        writeChecksum(checksumAt, InternetChecksum.of(buffer, transportAt, coveredLength(), pseudoHeader()));
    }

    /** RFC 768: a computed 0 is sent as all ones, since 0 says that there is no checksum. */
    private void writeChecksum(int checksumAt, int checksum) {
        boolean reserved = checksum == 0 && protocol == Ipv4Header.PROTOCOL_UDP;
        buffer.putShort(checksumAt, (short) (reserved ? 0xFFFF : checksum));
    }
}
