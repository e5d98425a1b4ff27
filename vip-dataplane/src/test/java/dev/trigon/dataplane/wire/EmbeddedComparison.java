package dev.trigon.dataplane.wire;

import dev.trigon.dataplane.fuzz.Expect;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What an ICMP error's quoted packet is said to be, beside a second, plain reading of it. */
public final class EmbeddedComparison {
    private static final int ICMP_HEADER = 8;

    private EmbeddedComparison() {}

    /** @param error a frame with a sound error in it, whose quoted packet was accepted */
    public static void compare(EmbeddedPacket quoted, ReferenceFrame error) {
        ReferenceFrame reference = quotedBy(error);
        int ipAt = reference.ipAt;
        ByteBuffer octets = ByteBuffer.wrap(reference.octets);
        if (reference.v6) {
            Expect.same(octets.getLong(ipAt + 8), quoted.sourceHigh(), "quoted source");
            Expect.same(octets.getLong(ipAt + 16), quoted.sourceLow(), "quoted source");
            Expect.same(octets.getLong(ipAt + 24), quoted.destinationHigh(), "quoted destination");
            Expect.same(octets.getLong(ipAt + 32), quoted.destinationLow(), "quoted destination");
        } else {
            Expect.same(IpAddress.mapped(octets.getInt(ipAt + 12)), quoted.sourceLow(), "quoted source");
            Expect.same(IpAddress.mapped(octets.getInt(ipAt + 16)), quoted.destinationLow(), "quoted destination");
        }
        Expect.same(reference.protocol, quoted.protocol(), "quoted protocol");
        Expect.that(reference.isFragment() == quoted.isFragment(), "whether a fragment is quoted");
        boolean ports = (reference.protocol == ReferenceFrame.TCP || reference.protocol == ReferenceFrame.UDP)
                && reference.fragmentOffset() == 0;
        Expect.that(ports == quoted.hasPorts(), "whether ports are quoted");
        if (ports) {
            Expect.same(reference.word(reference.transportAt), quoted.sourcePort(), "quoted source port");
            Expect.same(reference.word(reference.transportAt + 2), quoted.destinationPort(), "quoted destination port");
        }
        Expect.that(reference.transportAt + 8 <= reference.octets.length, "eight octets of quoted transport");
        Expect.same(octets.getInt(reference.transportAt + 4), quoted.secondWord(), "the second word of the transport");
    }

    /** What it quotes, in a frame of its own: to be read if there are eight octets of transport. */
    public static ReferenceFrame quotedBy(ReferenceFrame error) {
        byte[] packet = Arrays.copyOfRange(error.octets, error.transportAt + ICMP_HEADER, error.end);
        byte[] frame = new byte[TestFrame.ETHERNET + packet.length];
        System.arraycopy(packet, 0, frame, TestFrame.ETHERNET, packet.length);
        frame[12] = (byte) (error.v6 ? 0x86 : 0x08);
        frame[13] = (byte) (error.v6 ? 0xDD : 0x00);
        return new ReferenceFrame(frame);
    }
}
