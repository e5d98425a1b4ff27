package dev.trigon.dataplane.answer;

import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TcpHeader;

/**
 * Tells a client that the connection it sends on is no more, as its server would if it still could: an RST as RFC 9293,
 * section 3.10.7.1, has it for a segment that belongs to no connection. It takes the frame of the segment. Rate-limited.
 */
public final class TcpResets {
    private static final int HOPS = 64;

    private final long ownMac;
    private final RateLimit rate;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final TcpHeader tcp = new TcpHeader();
    private long sent;
    private long suppressed;

    public TcpResets(long ownMac, int perSecond) {
        this.ownMac = ownMac;
        this.rate = new RateLimit(perSecond);
    }

    /** Makes the frame the RST that answers it. False, and the frame untouched, if there is to be none. */
    public boolean answer(Batch batch, int frame, Packet packet, long nowMs) {
        TcpHeader segment = packet.tcp();
        boolean answerable = !packet.isFragment() && (segment.flags() & TcpHeader.RST) == 0;
        if (!answerable) {
            return false;
        }
        boolean permitted = rate.permits(nowMs);
        sent += permitted ? 1 : 0;
        suppressed += permitted ? 0 : 1;
        if (permitted) {
            write(batch, frame, packet);
        }
        return permitted;
    }

    private void write(Batch batch, int frame, Packet packet) {
        TcpHeader segment = packet.tcp();
        int flags = segment.flags();
        boolean acknowledges = (flags & TcpHeader.ACK) != 0;
        int sequence = acknowledges ? segment.acknowledgment() : 0;
        int marks = (flags & TcpHeader.FIN) + ((flags & TcpHeader.SYN) == 0 ? 0 : 1);
        int acknowledgment = acknowledges ? 0 : segment.sequence() + packet.tcpPayloadLength() + marks;
        int clientPort = segment.sourcePort();
        int vipPort = segment.destinationPort();

        int ipAt = batch.at(frame) + EthernetHeader.LENGTH + packet.tagOctets();
        int ipLength = packet.isIpv6() ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
        ethernet.wrap(batch.frames(), batch.at(frame));
        ethernet.destination(ethernet.source());
        ethernet.source(ownMac);
        int pseudoHeader = packet.isIpv6() ? writeIpv6(batch, ipAt, packet) : writeIpv4(batch, ipAt, packet);
        tcp.wrap(batch.frames(), ipAt + ipLength);
        tcp.sourcePort(vipPort);
        tcp.destinationPort(clientPort);
        tcp.sequence(sequence);
        tcp.acknowledgment(acknowledgment);
        tcp.headerLength(TcpHeader.MIN_LENGTH);
        tcp.flags(acknowledges ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK);
        tcp.window(0);
        tcp.urgent(0);
        tcp.computeChecksum(pseudoHeader);
        batch.length(frame, EthernetHeader.LENGTH + packet.tagOctets() + ipLength + TcpHeader.MIN_LENGTH);
    }

    /** The sum of what the TCP checksum covers in front of TCP. */
    private int writeIpv4(Batch batch, int at, Packet packet) {
        int client = packet.ipv4().source();
        int vip = packet.ipv4().destination();
        ipv4.wrap(batch.frames(), at);
        ipv4.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ipv4.trafficClass(0);
        ipv4.totalLength(Ipv4Header.MIN_LENGTH + TcpHeader.MIN_LENGTH);
        ipv4.identification(0);
        ipv4.fragment(Ipv4Header.DONT_FRAGMENT);
        ipv4.ttl(HOPS);
        ipv4.protocol(Ipv4Header.PROTOCOL_TCP);
        ipv4.source(vip);
        ipv4.destination(client);
        ipv4.computeChecksum();
        return InternetChecksum.pseudoHeader(vip, client, Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH);
    }

    private int writeIpv6(Batch batch, int at, Packet packet) {
        long clientHigh = packet.sourceHigh();
        long clientLow = packet.sourceLow();
        long vipHigh = packet.destinationHigh();
        long vipLow = packet.destinationLow();
        ipv6.wrap(batch.frames(), at);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(TcpHeader.MIN_LENGTH);
        ipv6.nextHeader(Ipv4Header.PROTOCOL_TCP);
        ipv6.hopLimit(HOPS);
        ipv6.source(vipHigh, vipLow);
        ipv6.destination(clientHigh, clientLow);
        return InternetChecksum.pseudoHeader(
                vipHigh, vipLow, clientHigh, clientLow, Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH);
    }

    public long sent() {
        return sent;
    }

    /** Those that were due, beyond the rate. */
    public long suppressed() {
        return suppressed;
    }
}
