package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * One frame, checked once. {@link #parse} walks the headers against the octets that are there; what it accepts, the rest
 * of the way trusts. One worker keeps one of these and points it at frame after frame.
 *
 * <p>Addresses are of both families, as {@link IpAddress} has them.
 */
public final class Packet {
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Chain chain = new Ipv6Chain();
    private final FragmentInfo fragment = new FragmentInfo();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private final IcmpHeader icmp = new IcmpHeader();
    private final EmbeddedPacket embedded = new EmbeddedPacket();
    private final NeighborMessage neighbor = new NeighborMessage();

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int etherType;
    private int tagOctets;
    private boolean v6;
    private int ipAt;
    private int protocol;
    private int transportAt;
    private int transportLength;
    private boolean hasIcmp;

    /**
     * Checks a frame up to and with its transport header. A fragment other than the first has no transport header, and a
     * packet of another protocol than TCP, UDP and its family's ICMP none that is known here: both are accepted as far as
     * IP goes. So is a frame with neither IP nor ARP in it, as far as Ethernet goes.
     */
    public Flaw parse(ByteBuffer frames, int at, int octets) {
        buffer = frames;
        etherType = 0;
        tagOctets = 0;
        protocol = 0;
        hasIcmp = false;
        fragment.clear();
        if (octets < EthernetHeader.LENGTH) {
            return Flaw.TRUNCATED;
        }
        etherType = ethernet.wrap(frames, at).etherType();
        int payloadAt = at + EthernetHeader.LENGTH;
        int payload = octets - EthernetHeader.LENGTH;
        return etherType == EthernetHeader.TYPE_IPV4 ? parseIpv4(payloadAt, payload) : parseTagged(payloadAt, payload);
    }

    private Flaw parseTagged(int at, int octets) {
        while (VlanTag.isAnnouncedBy(etherType) && tagOctets < VlanTag.MOST * VlanTag.LENGTH) {
            if (octets - tagOctets < VlanTag.LENGTH) {
                return Flaw.TRUNCATED;
            }
            etherType = VlanTag.etherType(buffer, at + tagOctets);
            tagOctets += VlanTag.LENGTH;
        }
        return switch (etherType) {
            case EthernetHeader.TYPE_IPV4 -> parseIpv4(at + tagOctets, octets - tagOctets);
            case EthernetHeader.TYPE_IPV6 -> parseIpv6(at + tagOctets, octets - tagOctets);
            case EthernetHeader.TYPE_ARP -> {
                arp.wrap(buffer, at + tagOctets);
                yield octets - tagOctets < ArpPacket.LENGTH ? Flaw.TRUNCATED : Flaw.NONE;
            }
            default -> Flaw.NONE;
        };
    }

    private Flaw parseIpv4(int at, int octets) {
        if (octets < Ipv4Header.MIN_LENGTH) {
            return Flaw.TRUNCATED;
        }
        v6 = false;
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
        if (!ipv4.hasSource()) {
            return Flaw.BAD_ADDRESS;
        }
        transportAt = at + headerLength;
        transportLength = totalLength - headerLength;
        protocol = ipv4.protocol();
        if (!ipv4.isFragment()) {
            return parseTransport();
        }
        return fragment.read(ipv4) ? parseFragment() : Flaw.BAD_IP_HEADER;
    }

    private Flaw parseIpv6(int at, int octets) {
        if (octets < Ipv6Header.LENGTH) {
            return Flaw.TRUNCATED;
        }
        v6 = true;
        ipAt = at;
        ipv6.wrap(buffer, at);
        // 0 is a jumbogram's (RFC 2675), which no Ethernet carries, or a packet's without anything in it
        if (ipv6.version() != 6 || ipv6.payloadLength() == 0) {
            return Flaw.BAD_IP_HEADER;
        }
        if (ipv6.payloadLength() > octets - Ipv6Header.LENGTH) {
            return Flaw.TRUNCATED;
        }
        if (!ipv6.hasSoundAddresses()) {
            return Flaw.BAD_ADDRESS;
        }
        int payloadAt = at + Ipv6Header.LENGTH;
        int end = payloadAt + ipv6.payloadLength();
        Flaw flaw = chain.walk(buffer, ipv6.nextHeader(), payloadAt, end);
        protocol = chain.protocol();
        transportAt = chain.upperAt();
        transportLength = end - transportAt;
        if (chain.hasFragmentHeader() && !fragment.read(buffer, chain.fragmentAt(), payloadAt, end)) {
            return Flaw.BAD_EXTENSION_HEADERS;
        }
        if (flaw == Flaw.TRUNCATED) {
            // RFC 7112: the first fragment holds the whole chain
            return tooShort(Flaw.BAD_EXTENSION_HEADERS);
        }
        if (flaw != Flaw.NONE) {
            return flaw;
        }
        return fragment.isFragment() ? parseFragment() : parseTransport();
    }

    private Flaw parseFragment() {
        if (fragment.isFirst()) {
            return parseTransport();
        }
        // what a whole TCP header in the first fragment leaves no room for could only be there to overwrite it: RFC
        // 3128
        boolean overwrites = protocol == Ipv4Header.PROTOCOL_TCP && fragment.offset() < TcpHeader.MIN_LENGTH;
        return overwrites ? Flaw.TINY_FRAGMENT : Flaw.NONE;
    }

    private Flaw parseTransport() {
        if (protocol == Ipv4Header.PROTOCOL_TCP) {
            return parseTcp();
        }
        if (protocol == Ipv4Header.PROTOCOL_UDP) {
            return parseUdp();
        }
        if (protocol == (v6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP)) {
            if (transportLength < IcmpHeader.LENGTH) {
                return tooShort(Flaw.TRUNCATED);
            }
            icmp.wrap(buffer, transportAt, v6);
            hasIcmp = true;
        }
        return Flaw.NONE;
    }

    private Flaw parseTcp() {
        if (transportLength < TcpHeader.MIN_LENGTH) {
            return tooShort(Flaw.TRUNCATED);
        }
        int headerLength = tcp.wrap(buffer, transportAt).headerLength();
        if (headerLength < TcpHeader.MIN_LENGTH) {
            return Flaw.BAD_TRANSPORT_HEADER;
        }
        return headerLength > transportLength ? tooShort(Flaw.BAD_TRANSPORT_HEADER) : Flaw.NONE;
    }

    private Flaw parseUdp() {
        if (transportLength < UdpHeader.LENGTH) {
            return tooShort(Flaw.TRUNCATED);
        }
        int length = udp.wrap(buffer, transportAt).length();
        // in a fragment it is the datagram's, of which the rest is elsewhere
        boolean beyond = length > transportLength && !fragment.isFragment();
        return length < UdpHeader.LENGTH || beyond ? Flaw.BAD_TRANSPORT_HEADER : Flaw.NONE;
    }

    /** RFC 1858, section 4: a first fragment too short for its transport header is an attempt to hide it. */
    private Flaw tooShort(Flaw inAWholePacket) {
        return fragment.isFragment() ? Flaw.TINY_FRAGMENT : inAWholePacket;
    }

    /** Of what is behind the tags. */
    public int etherType() {
        return etherType;
    }

    /** How much further in everything behind Ethernet's header is for the frame's tags. */
    public int tagOctets() {
        return tagOctets;
    }

    /**
     * How much of the frame's tags a link has no room for beside its MTU: to Linux one tag of IEEE 802.1Q on the outside is
     * free (af_packet.c, packet_extra_vlan_len_allowed), and any other counts.
     */
    public int tagExcess() {
        boolean free = tagOctets > 0 && ethernet.etherType() == EthernetHeader.TYPE_VLAN;
        return free ? tagOctets - VlanTag.LENGTH : tagOctets;
    }

    public EthernetHeader ethernet() {
        return ethernet;
    }

    public ArpPacket arp() {
        return arp;
    }

    /** Whether the frame says that it carries IP, of either family. */
    public boolean isIp() {
        return etherType == EthernetHeader.TYPE_IPV4 || etherType == EthernetHeader.TYPE_IPV6;
    }

    public boolean isIpv6() {
        return etherType == EthernetHeader.TYPE_IPV6;
    }

    public Ipv4Header ipv4() {
        return ipv4;
    }

    public Ipv6Header ipv6() {
        return ipv6;
    }

    /** Where in the buffer the IP header is. */
    public int ipAt() {
        return ipAt;
    }

    /** Whether there is nothing between the IP header and what it carries: no options, no extension header but a fragment's. */
    public boolean hasPlainHeader() {
        int plain = v6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
        int fragmentHeader = v6 && chain.hasFragmentHeader() ? FragmentHeader.LENGTH : 0;
        return transportAt - ipAt == plain + fragmentHeader;
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

    public int dscp() {
        return v6 ? ipv6.dscp() : ipv4.dscp();
    }

    /** IPv4's time to live. */
    public int hopLimit() {
        return v6 ? ipv6.hopLimit() : ipv4.ttl();
    }

    /** Whether a router may not fragment it, as none may in IPv6. */
    public boolean dontFragment() {
        return v6 || ipv4.dontFragment();
    }

    /** Octets of the IP packet, without Ethernet's header and padding. */
    public int ipLength() {
        return transportAt - ipAt + transportLength;
    }

    /** The upper layer's, behind the extension headers. In IPv6's later fragments, what the first header in them was. */
    public int protocol() {
        return protocol;
    }

    /** Octets that the transport checksum covers: UDP has a length of its own, which may be less than IP's. */
    int summedLength() {
        return protocol == Ipv4Header.PROTOCOL_UDP ? udp.length() : transportLength;
    }

    /** Whether it is a part of a datagram. RFC 6946: a fragment that is first and last is whole, and none. */
    public boolean isFragment() {
        return fragment.isFragment();
    }

    /** A first fragment has the transport header, which the others lack. */
    public boolean isFirstFragment() {
        return fragment.isFirst();
    }

    public boolean moreFragments() {
        return fragment.more();
    }

    /** Where in its datagram this fragment begins, in octets. */
    public int fragmentOffset() {
        return fragment.offset();
    }

    /** How many of its datagram's octets this fragment has; in IPv6, extension headers behind the fragment header too. */
    public int fragmentOctets() {
        return fragment.octets();
    }

    /**
     * What the fragments of one datagram have in common: with source and destination, and in IPv4 the protocol too (RFC
     * 791, section 3.2). In IPv6 the protocols may differ (RFC 8200, section 4.5).
     */
    public int fragmentId() {
        return fragment.id();
    }

    /** Only for TCP and UDP, as {@link #destinationPort} is, and not in later fragments. */
    public int sourcePort() {
        // TCP and UDP begin with the same two words
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.SOURCE_PORT_OFFSET));
    }

    public int destinationPort() {
        return Short.toUnsignedInt(buffer.getShort(transportAt + TcpHeader.DESTINATION_PORT_OFFSET));
    }

    /** Only for TCP, and not in later fragments. */
    public TcpHeader tcp() {
        return tcp;
    }

    /** Octets behind the TCP header. Only for TCP, and not in later fragments. */
    public int tcpPayloadLength() {
        return transportLength - tcp.headerLength();
    }

    /** Where in the buffer the transport header is, or what a later fragment carries. */
    public int transportAt() {
        return transportAt;
    }

    /** Octets from there to the end of the IP packet. */
    public int transportLength() {
        return transportLength;
    }

    /** Only for ICMP and ICMPv6. */
    public IcmpHeader icmp() {
        return icmp;
    }

    /** Whether it is a message of its family's ICMP, and has the header of one. */
    public boolean isIcmp() {
        return hasIcmp;
    }

    public boolean isEchoRequest() {
        return hasIcmp && icmp.isEchoRequest();
    }

    public boolean isIcmpError() {
        return hasIcmp && icmp.isError();
    }

    /** Only for ICMP and ICMPv6, and not in fragments. */
    public boolean isIcmpChecksumRight() {
        return icmp.verify(transportLength, v6 ? TransportSum.pseudoHeader(this) : 0);
    }

    /** Checks the packet that an ICMP error is about; {@link #embedded} has it then. */
    public Flaw parseEmbedded() {
        return embedded.parse(buffer, transportAt + IcmpHeader.LENGTH, transportLength - IcmpHeader.LENGTH, v6);
    }

    public EmbeddedPacket embedded() {
        return embedded;
    }

    /** Only for neighbour discovery. */
    public NeighborMessage neighbor() {
        return neighbor;
    }

    /** Whether somebody asks for an address, in a message that RFC 4861, section 7.1.1, does not have discarded. */
    public boolean isNeighborSolicitation() {
        // RFC 6980: never in fragments, not even in one that is all
        if (!hasIcmp || !v6 || chain.hasFragmentHeader() || ipv6.hopLimit() != NeighborMessage.HOP_LIMIT) {
            return false;
        }
        boolean fromNowhere = ipv6.sourceHigh() == 0 && ipv6.sourceLow() == 0;
        return neighbor.wrap(buffer, transportAt).isSolicitation(transportLength, fromNowhere)
                && (!fromNowhere || IpAddress.isSolicitedNode(ipv6.destinationHigh(), ipv6.destinationLow()))
                && isIcmpChecksumRight();
    }

    /**
     * Makes the transport checksum right for a frame that will leave this host, when the packet keeps its addresses.
     * Only a partial sum is touched: whatever else stands there is the sender's, right or wrong, for the receiver to see.
     */
    public void completeChecksum() {
        int at = TransportSum.find(this, buffer);
        if (at >= 0 && TransportSum.isPartial(this, buffer, at)) {
            TransportSum.compute(this, buffer, at);
        }
    }

    /** Changes the destination, as l3dsr does, and keeps every checksum as right or as wrong as it was. */
    public void redirect(long newHigh, long newLow, int dscpCode) {
        int at = TransportSum.find(this, buffer);
        boolean partial = at >= 0 && TransportSum.isPartial(this, buffer, at);
        long oldHigh = destinationHigh();
        long oldLow = destinationLow();
        if (v6) {
            ipv6.redirect(newHigh, newLow, dscpCode);
        } else {
            ipv4.redirect((int) newLow, dscpCode);
        }
        if (partial) {
            TransportSum.compute(this, buffer, at);
        } else if (at >= 0) {
            int old = Short.toUnsignedInt(buffer.getShort(at));
            int now = InternetChecksum.replace128(old, oldHigh, oldLow, newHigh, newLow);
            TransportSum.write(this, buffer, at, now);
        }
    }
}
