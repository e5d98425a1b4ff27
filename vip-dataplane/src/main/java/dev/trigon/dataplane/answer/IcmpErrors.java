package dev.trigon.dataplane.answer;

import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IcmpHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.Packet;
import java.nio.ByteBuffer;

/**
 * Tells a sender why its packet goes no further, as a router would: RFC 1812, section 4.3; RFC 4443, sections 2.4, 3.2 and
 * 3.3. The error takes the frame of the packet it is about, and goes back to the MAC that this came from. Rate-limited.
 */
public final class IcmpErrors {
    /** RFC 1812, section 4.3.2.3: as much as fits into 576 octets. */
    private static final int LONGEST_IPV4 = 576;
    /** RFC 4443, section 2.4 (c): as much as fits into the least MTU of IPv6. */
    private static final int LONGEST_IPV6 = 1_280;

    private static final int HOPS = 64;
    private static final int CLASS_E = 0xF;
    private static final int CLASS_E_SHIFT = 28;

    private final long ownMac;
    private final ArmAddresses addresses;
    private final RateLimit rate;
    private final ByteBuffer quoted = ByteBuffer.allocate(LONGEST_IPV6);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private int quotedOctets;
    private long sent;
    private long suppressed;

    public IcmpErrors(long ownMac, ArmAddresses addresses, int perSecond) {
        this.ownMac = ownMac;
        this.addresses = addresses;
        this.rate = new RateLimit(perSecond);
    }

    /** Makes the frame an error that says it had no hop left to live. False, and the frame untouched, if none is due. */
    public boolean timeExceeded(Batch batch, int frame, Packet packet, long nowMs) {
        return isDue(packet, nowMs)
                && (packet.isIpv6()
                        ? writeIpv6(batch, frame, packet, IcmpHeader.V6_TIME_EXCEEDED, 0)
                        : writeIpv4(batch, frame, packet, IcmpHeader.TIME_EXCEEDED, 0, 0));
    }

    /** Makes the frame an error that says how long a packet may be. False, and the frame untouched, if none is due. */
    public boolean tooBig(Batch batch, int frame, Packet packet, int mtu, long nowMs) {
        return isDue(packet, nowMs)
                && (packet.isIpv6()
                        ? writeIpv6(batch, frame, packet, IcmpHeader.V6_PACKET_TOO_BIG, mtu)
                        : writeIpv4(
                                batch,
                                frame,
                                packet,
                                IcmpHeader.DESTINATION_UNREACHABLE,
                                IcmpHeader.FRAGMENTATION_NEEDED,
                                mtu));
    }

    /**
     * Never about an error, about the first fragment alone, and to nobody who is not one: RFC 1812, section 4.3.2.7; RFC
     * 4443, section 2.4 (e). Groups and all the rest do not come as far as here.
     */
    private boolean isDue(Packet packet, long nowMs) {
        boolean later = packet.isFragment() && !packet.isFirstFragment();
        boolean classE = !packet.isIpv6() && packet.ipv4().source() >>> CLASS_E_SHIFT == CLASS_E;
        if (packet.isIcmpError() || later || classE) {
            return false;
        }
        boolean permitted = rate.permits(nowMs);
        sent += permitted ? 1 : 0;
        suppressed += permitted ? 0 : 1;
        return permitted;
    }

    /**
     * Puts the gateway's address in place of the source of another's error that goes on to a server, in IPv4. The way there
     * may lead through the router that sent it, and Linux routers drop packets that come in with an address of their own
     * (RFC 1812, section 5.3.8, allows that); IPv6's do not look. The server goes by what is quoted, not by who quotes.
     */
    public void passOn(Packet packet) {
        int own = (int) addresses.ipv4Low();
        if (!packet.isIpv6() && own != 0) {
            Ipv4Header header = packet.ipv4();
            header.checksum(InternetChecksum.replace32(header.checksum(), header.source(), own));
            header.source(own);
        }
    }

    private boolean writeIpv4(Batch batch, int frame, Packet packet, int type, int code, int mtu) {
        int headers = Ipv4Header.MIN_LENGTH + IcmpHeader.LENGTH;
        int length = headers + quote(batch, frame, packet, LONGEST_IPV4 - headers);
        int client = packet.ipv4().source();
        int source = addresses.ipv4Low() == 0 ? packet.ipv4().destination() : (int) addresses.ipv4Low();
        int ipAt = writeEthernet(batch, frame, packet, length);
        ipv4.wrap(batch.frames(), ipAt);
        ipv4.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ipv4.trafficClass(0);
        ipv4.totalLength(length);
        ipv4.identification(0);
        ipv4.fragment(0);
        ipv4.ttl(HOPS);
        ipv4.protocol(Ipv4Header.PROTOCOL_ICMP);
        ipv4.source(source);
        ipv4.destination(client);
        ipv4.computeChecksum();
        writeIcmp(batch, ipAt + Ipv4Header.MIN_LENGTH, false, type, code, mtu);
        icmp.computeChecksum(length - Ipv4Header.MIN_LENGTH, 0);
        return true;
    }

    private boolean writeIpv6(Batch batch, int frame, Packet packet, int type, int mtu) {
        int headers = Ipv6Header.LENGTH + IcmpHeader.LENGTH;
        int payload = IcmpHeader.LENGTH + quote(batch, frame, packet, LONGEST_IPV6 - headers);
        long clientHigh = packet.sourceHigh();
        long clientLow = packet.sourceLow();
        boolean nameless = addresses.ipv6High() == 0;
        long sourceHigh = nameless ? packet.destinationHigh() : addresses.ipv6High();
        long sourceLow = nameless ? packet.destinationLow() : addresses.ipv6Low();
        int ipAt = writeEthernet(batch, frame, packet, Ipv6Header.LENGTH + payload);
        ipv6.wrap(batch.frames(), ipAt);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(payload);
        ipv6.nextHeader(Ipv6Header.PROTOCOL_ICMPV6);
        ipv6.hopLimit(HOPS);
        ipv6.source(sourceHigh, sourceLow);
        ipv6.destination(clientHigh, clientLow);
        writeIcmp(batch, ipAt + Ipv6Header.LENGTH, true, type, 0, mtu);
        icmp.computeChecksum(
                payload,
                InternetChecksum.pseudoHeader(
                        sourceHigh, sourceLow, clientHigh, clientLow, Ipv6Header.PROTOCOL_ICMPV6, payload));
        return true;
    }

    /** Copies the packet's beginning out of the frame, whose place the error takes. */
    private int quote(Batch batch, int frame, Packet packet, int most) {
        int octets = Math.min(packet.ipLength(), most);
        quoted.put(0, batch.frames(), ipAt(batch, frame, packet), octets);
        quotedOctets = octets;
        return octets;
    }

    private static int ipAt(Batch batch, int frame, Packet packet) {
        return batch.at(frame) + EthernetHeader.LENGTH + packet.tagOctets();
    }

    private int writeEthernet(Batch batch, int frame, Packet packet, int ipLength) {
        ethernet.wrap(batch.frames(), batch.at(frame));
        ethernet.destination(ethernet.source());
        ethernet.source(ownMac);
        batch.length(frame, EthernetHeader.LENGTH + packet.tagOctets() + ipLength);
        return ipAt(batch, frame, packet);
    }

    private void writeIcmp(Batch batch, int at, boolean v6, int type, int code, int mtu) {
        icmp.wrap(batch.frames(), at, v6);
        icmp.type(type);
        icmp.code(code);
        icmp.mtu(mtu);
        batch.frames().put(at + IcmpHeader.LENGTH, quoted, 0, quotedOctets);
    }

    /** The kernel would not send one that was written. */
    public void refused() {
        sent--;
    }

    public long sent() {
        return sent;
    }

    /** Those that were due, beyond the rate. */
    public long suppressed() {
        return suppressed;
    }
}
