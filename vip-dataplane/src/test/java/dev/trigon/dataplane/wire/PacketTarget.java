package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A frame, as it arrives: it has a flaw, or everything that can be asked about it has the answer that a second, plain reading
 * of it gives. No octet is read that is not there, none written, and what is around the frame or behind the packet changes
 * nothing.
 */
public final class PacketTarget implements FuzzTarget {
    private static final int AROUND = 64;
    private static final int LONGEST = 1 << 16;

    private final Packet packet = new Packet();
    private final Packet other = new Packet();
    private final ByteBuffer junk = Octets.junk(AROUND + LONGEST + AROUND);
    private final Set<Flaw> met = EnumSet.noneOf(Flaw.class);
    private final Set<Flaw> metEmbedded = EnumSet.noneOf(Flaw.class);
    private int solicitations;

    @Override
    public List<byte[]> seeds() {
        return SeedFrames.all();
    }

    @Override
    public void accept(byte[] octets) {
        byte[] before = octets.clone();
        // exactly as much memory as the frame has: one octet too far throws
        Flaw flaw = packet.parse(ByteBuffer.wrap(octets), 0, octets.length);
        met.add(flaw);
        junk.put(AROUND, octets);
        Expect.same(flaw, other.parse(junk, AROUND, octets.length), "the flaw of a frame amid junk");
        if (flaw == Flaw.NONE && packet.isIp()) {
            ReferenceFrame reference = new ReferenceFrame(octets);
            compare(reference);
            compareFragment(reference);
            compareTransport(reference);
            askIcmp(reference);
            shorten(octets, reference.end);
        }
        Expect.same(before, octets, "a frame that was only read");
    }

    private void compare(ReferenceFrame reference) {
        Expect.that(reference.v6 == packet.isIpv6(), "family");
        Expect.same(reference.ipAt, packet.ipAt(), "where IP is");
        Expect.same(reference.ipAt, other.ipAt() - AROUND, "where IP is amid junk");
        Expect.same(reference.transportAt, packet.transportAt(), "where the transport is");
        Expect.same(reference.protocol, packet.protocol(), "protocol");
        Expect.same(reference.end - reference.ipAt, packet.ipLength(), "IP length");
        Expect.same(reference.end - reference.transportAt, packet.transportLength(), "transport length");
        Expect.that(reference.transportAt <= reference.end, "headers that end behind the packet");
        int ipAt = reference.ipAt;
        ByteBuffer octets = ByteBuffer.wrap(reference.octets);
        if (reference.v6) {
            Expect.same(octets.getLong(ipAt + 8), packet.sourceHigh(), "source");
            Expect.same(octets.getLong(ipAt + 16), packet.sourceLow(), "source");
            Expect.same(octets.getLong(ipAt + 24), packet.destinationHigh(), "destination");
            Expect.same(octets.getLong(ipAt + 32), packet.destinationLow(), "destination");
            Expect.same(reference.word(ipAt) >>> 6 & 0x3F, packet.dscp(), "DSCP");
            Expect.same(reference.octet(ipAt + 7), packet.hopLimit(), "hop limit");
        } else {
            Expect.same(0, packet.sourceHigh() | packet.destinationHigh(), "IPv4's high words");
            Expect.same(IpAddress.mapped(octets.getInt(ipAt + 12)), packet.sourceLow(), "source");
            Expect.same(IpAddress.mapped(octets.getInt(ipAt + 16)), packet.destinationLow(), "destination");
            Expect.same(reference.octet(ipAt + 1) >>> 2, packet.dscp(), "DSCP");
            Expect.same(reference.octet(ipAt + 8), packet.hopLimit(), "TTL");
        }
        int plain = (reference.v6 ? 40 : 20) + (reference.hasFragmentHeader() ? 8 : 0);
        Expect.that(packet.hasPlainHeader() == (reference.transportAt - ipAt == plain), "plain header");
    }

    private void compareFragment(ReferenceFrame reference) {
        boolean fragment = reference.isFragment();
        Expect.that(fragment == packet.isFragment(), "whether it is a fragment");
        Expect.that(reference.moreFragments() == packet.moreFragments(), "more fragments");
        Expect.same(reference.fragmentOffset(), packet.fragmentOffset(), "fragment offset");
        Expect.that((fragment && reference.fragmentOffset() == 0) == packet.isFirstFragment(), "first fragment");
        if (fragment) {
            int carriedAt = reference.v6 ? reference.fragmentableAt : reference.transportAt;
            int carried = reference.end - carriedAt;
            Expect.same(carried, packet.fragmentOctets(), "octets of a fragment");
            Expect.that(carried > 0 && (!reference.moreFragments() || carried % 8 == 0), "a fragment of whole units");
            Expect.that(reference.fragmentOffset() + carried <= 0xFFFF, "a datagram that can be");
            ByteBuffer octets = ByteBuffer.wrap(reference.octets);
            int id = reference.v6 ? octets.getInt(carriedAt - 4) : reference.word(reference.ipAt + 4);
            Expect.same(id, packet.fragmentId(), "fragment id");
        }
    }

    private void compareTransport(ReferenceFrame reference) {
        int at = reference.transportAt;
        boolean tcp = reference.protocol == ReferenceFrame.TCP;
        if (!reference.hasTransportHeader()) {
            return;
        }
        if (tcp || reference.protocol == ReferenceFrame.UDP) {
            Expect.same(reference.word(at), packet.sourcePort(), "source port");
            Expect.same(reference.word(at + 2), packet.destinationPort(), "destination port");
        }
        if (tcp) {
            int header = 4 * (reference.octet(at + 12) >>> 4);
            Expect.same(reference.octet(at + 13), packet.tcp().flags(), "TCP flags");
            Expect.same(reference.end - at - header, packet.tcpPayloadLength(), "TCP payload");
            Expect.that(header >= 20 && header <= reference.end - at, "a TCP header that fits");
        }
        if (reference.protocol == ReferenceFrame.UDP) {
            Expect.that(reference.word(at + 4) >= 8, "a UDP length that can be");
            Expect.that(
                    reference.isFragment() || reference.word(at + 4) <= reference.end - at, "a UDP length that fits");
        }
    }

    private void askIcmp(ReferenceFrame reference) {
        boolean icmp = reference.hasTransportHeader()
                && reference.protocol == (reference.v6 ? ReferenceFrame.ICMPV6 : ReferenceFrame.ICMP);
        Expect.that(icmp == packet.isIcmp(), "whether it is ICMP");
        if (icmp) {
            boolean echo = reference.word(reference.transportAt) == (reference.v6 ? 0x8000 : 0x0800);
            Expect.that(echo == packet.isEchoRequest(), "whether it is an echo request");
            Expect.that(
                    reference.isFragment() || reference.isTransportRight() == packet.isIcmpChecksumRight(),
                    "whether ICMP's checksum is right");
        }
        if (packet.isNeighborSolicitation()) {
            Expect.that(icmp && reference.v6 && reference.octet(reference.transportAt) == 135, "a solicitation");
            solicitations++;
        }
        if (packet.isIcmpError()) {
            askEmbedded(reference);
        }
    }

    private void askEmbedded(ReferenceFrame error) {
        Flaw flaw = packet.parseEmbedded();
        metEmbedded.add(flaw);
        Expect.same(flaw, other.parseEmbedded(), "the flaw of a quoted packet amid junk");
        if (flaw == Flaw.NONE) {
            EmbeddedComparison.compare(packet.embedded(), error);
        }
    }

    /** Padding is nothing to a packet, and the last octet of it is not padding. */
    private void shorten(byte[] octets, int end) {
        ByteBuffer frame = ByteBuffer.wrap(octets);
        Expect.same(Flaw.NONE, other.parse(frame, 0, end), "the flaw of a frame without its padding");
        Expect.that(other.parse(frame, 0, end - 1) != Flaw.NONE, "a frame is one octet too short, and accepted");
    }

    @Override
    public void assertReach() {
        assertThat(met).containsExactlyInAnyOrder(Flaw.values());
        assertThat(metEmbedded)
                .contains(Flaw.NONE, Flaw.TRUNCATED, Flaw.BAD_IP_HEADER, Flaw.BAD_EXTENSION_HEADERS, Flaw.BAD_ADDRESS);
        assertThat(solicitations).isPositive();
    }
}
