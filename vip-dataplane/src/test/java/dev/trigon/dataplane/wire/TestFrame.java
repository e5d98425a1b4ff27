package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Builds Ethernet frames with IPv4 and TCP or UDP from scratch: nothing here is the code under test. */
public final class TestFrame {
    public static final long CLIENT_MAC = 0x0200_0000_0001L;
    public static final long GATEWAY_MAC = 0x0200_0000_0002L;
    public static final int ETHERNET = 14;

    /** What stands in the transport's checksum field. */
    public enum Sum {
        /** What belongs there. */
        FULL,
        /** The pseudo-header's sum alone, as a sender with checksum offload leaves it. */
        PARTIAL,
        /** 0: in UDP, no checksum. */
        ZERO
    }

    private final int protocol;
    private long destinationMac = GATEWAY_MAC;
    private long sourceMac = CLIENT_MAC;
    private int trafficClass;
    private int fragment = 0x4000;
    private int ttl = 64;
    private int source = Octets.ip("198.51.100.10");
    private int destination = Octets.ip("203.0.113.10");
    private int sourcePort = 40_000;
    private int destinationPort = 80;
    private int flags = TcpHeader.ACK;
    private byte[] ipOptions = {};
    private byte[] payload = {};
    private Sum sum = Sum.FULL;
    private int sumOffBy;
    private int ipSumOffBy;
    private int padTo;

    private TestFrame(int protocol) {
        this.protocol = protocol;
    }

    public static TestFrame tcp() {
        return new TestFrame(6);
    }

    public static TestFrame udp() {
        return new TestFrame(17);
    }

    /** Another protocol, with a payload of 8 octets. */
    public static TestFrame ip(int protocol) {
        return new TestFrame(protocol).payload(new byte[8]);
    }

    public TestFrame toMac(long mac) {
        destinationMac = mac;
        return this;
    }

    public TestFrame fromMac(long mac) {
        sourceMac = mac;
        return this;
    }

    public TestFrame trafficClass(int value) {
        trafficClass = value;
        return this;
    }

    /** Flags and offset: 0x4000 is "don't fragment", 0x2000 "more fragments". */
    public TestFrame fragment(int flagsAndOffset) {
        fragment = flagsAndOffset;
        return this;
    }

    public TestFrame ttl(int hops) {
        ttl = hops;
        return this;
    }

    public TestFrame from(String address, int port) {
        return from(Octets.ip(address), port);
    }

    public TestFrame from(int address, int port) {
        source = address;
        sourcePort = port;
        return this;
    }

    public TestFrame to(String address, int port) {
        return to(Octets.ip(address), port);
    }

    public TestFrame to(int address, int port) {
        destination = address;
        destinationPort = port;
        return this;
    }

    public TestFrame flags(int tcpFlags) {
        flags = tcpFlags;
        return this;
    }

    public TestFrame ipOptions(byte[] options) {
        ipOptions = options;
        return this;
    }

    public TestFrame payload(byte[] octets) {
        payload = octets;
        return this;
    }

    public TestFrame sum(Sum kind) {
        sum = kind;
        return this;
    }

    public TestFrame sumOffBy(int amount) {
        sumOffBy = amount;
        return this;
    }

    public TestFrame ipSumOffBy(int amount) {
        ipSumOffBy = amount;
        return this;
    }

    /** Fills the frame up with junk, as a sender may. */
    public TestFrame padTo(int octets) {
        padTo = octets;
        return this;
    }

    public int ipHeaderLength() {
        return 20 + ipOptions.length;
    }

    private int transportHeaderLength() {
        return protocol == 6 ? 20 : protocol == 17 ? 8 : 0;
    }

    public byte[] build() {
        int transportLength = transportHeaderLength() + payload.length;
        int ipLength = ipHeaderLength() + transportLength;
        byte[] frame = new byte[Math.max(padTo, ETHERNET + ipLength)];
        Arrays.fill(frame, Octets.JUNK);
        ByteBuffer out = ByteBuffer.wrap(frame);
        out.putShort((short) (destinationMac >>> 32)).putInt((int) destinationMac);
        out.putShort((short) (sourceMac >>> 32)).putInt((int) sourceMac).putShort((short) 0x0800);
        out.put((byte) (0x40 | ipHeaderLength() / 4)).put((byte) trafficClass).putShort((short) ipLength);
        out.putShort((short) 0x1234).putShort((short) fragment);
        out.put((byte) ttl).put((byte) protocol).putShort((short) 0);
        out.putInt(source).putInt(destination).put(ipOptions);
        writeTransport(out, transportLength);
        out.put(payload);
        int ipSum = ~ReferenceChecksum.sum(frame, ETHERNET, ipHeaderLength(), 0) & 0xFFFF;
        out.putShort(ETHERNET + 10, (short) ReferenceChecksum.add(ipSum, ipSumOffBy));
        writeSum(out, frame, transportLength);
        return frame;
    }

    private void writeTransport(ByteBuffer out, int transportLength) {
        if (transportHeaderLength() == 0) {
            return;
        }
        out.putShort((short) sourcePort).putShort((short) destinationPort);
        if (protocol == 6) {
            out.putInt(0x1111_2222).putInt(0x3333_4444);
            out.put((byte) 0x50).put((byte) flags).putShort((short) 0xFFFF).putInt(0);
        } else {
            out.putShort((short) transportLength).putShort((short) 0);
        }
    }

    private void writeSum(ByteBuffer out, byte[] frame, int transportLength) {
        if (transportHeaderLength() == 0 || sum == Sum.ZERO) {
            return;
        }
        int at = ETHERNET + ipHeaderLength();
        int value = ReferenceChecksum.pseudoHeader(frame, ETHERNET, protocol, transportLength);
        if (sum == Sum.FULL) {
            value = ~ReferenceChecksum.sum(frame, at, transportLength, value) & 0xFFFF;
            value = value == 0 && protocol == 17 ? 0xFFFF : value;
        }
        out.putShort(at + (protocol == 6 ? 16 : 6), (short) ReferenceChecksum.add(value, sumOffBy));
    }

    /** Anything valid: words lean towards 0x0000 and 0xFFFF, where sums go wrong. */
    public static TestFrame random(Random random) {
        TestFrame frame = random.nextBoolean() ? tcp() : udp();
        return frame.trafficClass(random.nextInt(256))
                .ttl(2 + random.nextInt(254))
                .from(edgeWord(random) << 16 | edgeWord(random), edgeWord(random))
                .to(edgeWord(random) << 16 | edgeWord(random), edgeWord(random))
                .flags(random.nextInt(256))
                .ipOptions(randomOctets(random, 4 * (random.nextInt(4) == 0 ? random.nextInt(11) : 0)))
                .payload(randomOctets(random, random.nextInt(64)))
                .padTo(random.nextBoolean() ? 60 : 0);
    }

    static int edgeWord(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0x0000;
            case 1 -> 0xFFFF;
            default -> random.nextInt(0x1_0000);
        };
    }

    private static byte[] randomOctets(Random random, int length) {
        byte[] octets = new byte[length];
        if (random.nextInt(4) != 0) {
            random.nextBytes(octets);
        } else if (random.nextBoolean()) {
            Arrays.fill(octets, (byte) 0xFF);
        }
        return octets;
    }
}
