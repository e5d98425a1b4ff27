package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * The packet that an ICMP error is about: its beginning, cut off somewhere behind the first eight octets of its transport
 * (RFC 792; RFC 4443, section 3, has more). What comes to a VIP embeds a packet that was sent from it: source and
 * destination are those of a flow the other way round.
 */
public final class EmbeddedPacket {
    /** RFC 792: "the first 64 bits of the original datagram's data", where the ports are. */
    private static final int TRANSPORT_LENGTH = 8;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Chain chain = new Ipv6Chain();
    private final FragmentInfo fragment = new FragmentInfo();
    private final IcmpHeader icmp = new IcmpHeader();

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean v6;
    private int ipAt;
    private int protocol;
    private int transportAt;

    /**
     * Checks what is there, up to and with eight octets of transport.
     *
     * @param octets that the error has room for; an error may have something else behind (RFC 4884)
     */
    Flaw parse(ByteBuffer frames, int at, int octets, boolean isIpv6) {
        buffer = frames;
        v6 = isIpv6;
        ipAt = at;
        protocol = 0;
        fragment.clear();
        return isIpv6 ? parseIpv6(octets) : parseIpv4(octets);
    }

    private Flaw parseIpv4(int octets) {
        if (octets < Ipv4Header.MIN_LENGTH) {
            return Flaw.TRUNCATED;
        }
        ipv4.wrap(buffer, ipAt);
        int headerLength = ipv4.headerLength();
        if (ipv4.version() != 4 || headerLength < Ipv4Header.MIN_LENGTH || ipv4.totalLength() < headerLength) {
            return Flaw.BAD_IP_HEADER;
        }
        protocol = ipv4.protocol();
        transportAt = ipAt + headerLength;
        if (ipv4.isFragment() && !fragment.read(ipv4)) {
            return Flaw.BAD_IP_HEADER;
        }
        return end(octets, ipv4.totalLength()) - transportAt < TRANSPORT_LENGTH ? Flaw.TRUNCATED : Flaw.NONE;
    }

    private Flaw parseIpv6(int octets) {
        if (octets < Ipv6Header.LENGTH) {
            return Flaw.TRUNCATED;
        }
        ipv6.wrap(buffer, ipAt);
        if (ipv6.version() != 6) {
            return Flaw.BAD_IP_HEADER;
        }
        if (IpAddress.isIpv4(ipv6.sourceHigh(), ipv6.sourceLow())
                || IpAddress.isIpv4(ipv6.destinationHigh(), ipv6.destinationLow())) {
            return Flaw.BAD_ADDRESS;
        }
        int payloadAt = ipAt + Ipv6Header.LENGTH;
        int whole = Ipv6Header.LENGTH + ipv6.payloadLength();
        int end = end(octets, whole);
        Flaw flaw = chain.walk(buffer, ipv6.nextHeader(), payloadAt, end);
        protocol = chain.protocol();
        transportAt = chain.upperAt();
        if (flaw != Flaw.NONE) {
            return flaw;
        }
        if (chain.hasFragmentHeader() && !fragment.read(buffer, chain.fragmentAt(), payloadAt, ipAt + whole)) {
            return Flaw.BAD_EXTENSION_HEADERS;
        }
        return end - transportAt < TRANSPORT_LENGTH ? Flaw.TRUNCATED : Flaw.NONE;
    }

    /** Where what is there of the packet ends: it was longer, mostly, but it may also be short and have padding behind. */
    private int end(int octets, int whole) {
        return ipAt + Math.min(octets, whole);
    }

    public long sourceHigh() {
        return v6 ? ipv6.sourceHigh() : 0;
    }

    public long sourceLow() {
        return v6 ? ipv6.sourceLow() : IpAddress.mapped(ipv4.source());
    }

    public long destinationHigh() {
        return v6 ? ipv6.destinationHigh() : 0;
    }

    public long destinationLow() {
        return v6 ? ipv6.destinationLow() : IpAddress.mapped(ipv4.destination());
    }

    /** The upper layer's, behind the extension headers. */
    public int protocol() {
        return protocol;
    }

    public boolean isFragment() {
        return fragment.isFragment();
    }

    /** Whether it is TCP or UDP, and not a fragment from the middle: only then do the ports mean anything. */
    public boolean hasPorts() {
        return (protocol == Ipv4Header.PROTOCOL_TCP || protocol == Ipv4Header.PROTOCOL_UDP) && !fragment.isLater();
    }

    public int sourcePort() {
        // TCP and UDP begin with the same two words
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.SOURCE_PORT_OFFSET));
    }

    public int destinationPort() {
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.DESTINATION_PORT_OFFSET));
    }

    /** Of the transport header: TCP's sequence number; what tells one echo request from another. */
    public int secondWord() {
        return buffer.getInt(transportAt + Integer.BYTES);
    }

    /** Whether it answered a ping. */
    public boolean isEchoReply() {
        return hasIcmp() && icmp.wrap(buffer, transportAt, v6).isEchoReply();
    }

    /** Whether it was a ping. */
    public boolean isEchoRequest() {
        return hasIcmp() && icmp.wrap(buffer, transportAt, v6).isEchoRequest();
    }

    private boolean hasIcmp() {
        return protocol == (v6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP) && !fragment.isLater();
    }
}
