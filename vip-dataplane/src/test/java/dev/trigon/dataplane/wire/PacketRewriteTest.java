package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.ip;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketRewriteTest {
    private static final int AT = 32;
    private static final int CAPACITY = 256;
    private static final int IP = TestFrame.ETHERNET;
    private static final int CASES = 100_000;
    private static final int TCP = 6;

    private final Packet packet = new Packet();

    private byte[] redirect(byte[] frame, int destination, int dscp) {
        return redirect(frame, 0, IpAddress.mapped(destination), dscp);
    }

    private byte[] redirect(byte[] frame, long high, long low, int dscp) {
        ByteBuffer buffer = amidJunk(frame, AT, CAPACITY);
        assertThat(packet.parse(buffer, AT, frame.length)).isEqualTo(Flaw.NONE);
        packet.redirect(high, low, dscp);
        return found(buffer, frame.length);
    }

    private byte[] complete(byte[] frame) {
        ByteBuffer buffer = amidJunk(frame, AT, CAPACITY);
        assertThat(packet.parse(buffer, AT, frame.length)).isEqualTo(Flaw.NONE);
        packet.completeChecksum();
        return found(buffer, frame.length);
    }

    /** The frame, which nothing was written beside. */
    private static byte[] found(ByteBuffer buffer, int octets) {
        byte[] around = read(buffer, 0, CAPACITY);
        for (int i = 0; i < CAPACITY; i++) {
            if ((i < AT || i >= AT + octets) && around[i] != Octets.JUNK) {
                throw new AssertionError("octet " + (i - AT) + " of a frame of " + octets + " was written");
            }
        }
        return read(buffer, AT, octets);
    }

    private static int word(byte[] frame, int at) {
        return (frame[at] & 0xFF) << 8 | (frame[at + 1] & 0xFF);
    }

    private static int transportAt(byte[] frame) {
        return IP + 4 * (frame[IP] & 0x0F);
    }

    private static int sumAt(byte[] frame) {
        return transportAt(frame) + (frame[IP + 9] == TCP ? 16 : 6);
    }

    /** 0 for a sum that is right: one's complement of everything, the checksum field included. */
    private static int ipError(byte[] frame) {
        return ReferenceChecksum.sum(frame, IP, 4 * (frame[IP] & 0x0F), 0) % 0xFFFF;
    }

    private static int transportError(byte[] frame) {
        int at = transportAt(frame);
        int length = word(frame, IP + 2) - (at - IP);
        int pseudo = ReferenceChecksum.pseudoHeader(frame, IP, frame[IP + 9], length);
        return ReferenceChecksum.sum(frame, at, length, pseudo) % 0xFFFF;
    }

    /** The new frame, with what a redirect may touch put back, must be the old one. */
    private static void assertOnlyTheNamedFieldsChanged(byte[] before, byte[] after, int destination, int dscp) {
        byte[] expected = before.clone();
        expected[IP + 1] = (byte) (dscp << 2 | (before[IP + 1] & 3));
        expected[IP + 8]--;
        ByteBuffer.wrap(expected).putInt(IP + 16, destination);
        for (int at : new int[] {IP + 10, sumAt(before)}) {
            expected[at] = after[at];
            expected[at + 1] = after[at + 1];
        }
        assertThat(after).isEqualTo(expected);
    }

    @Test
    void shouldKeepEveryChecksumRightWhenRedirected() {
        Random random = seeded();
        for (int i = 0; i < CASES; i++) {
            byte[] before = RandomFrame.next(random).build();
            int destination = RandomFrame.edgeWord(random) << 16 | RandomFrame.edgeWord(random);
            int dscp = random.nextInt(64);

            byte[] after = redirect(before, destination, dscp);

            assertOnlyTheNamedFieldsChanged(before, after, destination, dscp);
            assertThat(ipError(after)).isZero();
            assertThat(transportError(after)).isZero();
            assertThat(after[IP + 9] != TCP && word(after, sumAt(after)) == 0)
                    .as("a UDP checksum that says there is none")
                    .isFalse();
        }
    }

    @Test
    void shouldKeepAWrongChecksumAsWrongAsItWas() {
        Random random = seeded();
        for (int i = 0; i < CASES; i++) {
            byte[] before = RandomFrame.next(random)
                    .sumOffBy(1 + random.nextInt(0xFFFE))
                    .ipSumOffBy(1 + random.nextInt(0xFFFE))
                    .build();
            if (isPartialOrNone(before)) {
                continue; // nobody can tell
            }
            int destination = random.nextInt();

            byte[] after = redirect(before, destination, 9);

            assertOnlyTheNamedFieldsChanged(before, after, destination, 9);
            assertThat(ipError(after)).isNotZero().isEqualTo(ipError(before));
            assertThat(transportError(after)).isNotZero().isEqualTo(transportError(before));
        }
    }

    private static boolean isPartialOrNone(byte[] frame) {
        int length = word(frame, IP + 2) - (transportAt(frame) - IP);
        int sum = word(frame, sumAt(frame));
        return sum == 0 || sum == ReferenceChecksum.pseudoHeader(frame, IP, frame[IP + 9], length);
    }

    @Test
    void shouldCompleteAPartialChecksumWhenRedirected() {
        Random random = seeded();
        for (int i = 0; i < CASES; i++) {
            byte[] before = RandomFrame.next(random).sum(Sum.PARTIAL).build();
            int destination = RandomFrame.edgeWord(random) << 16 | RandomFrame.edgeWord(random);

            byte[] after = redirect(before, destination, 63);

            assertOnlyTheNamedFieldsChanged(before, after, destination, 63);
            assertThat(ipError(after)).isZero();
            assertThat(transportError(after)).isZero();
        }
    }

    @Test
    void shouldCompleteAPartialChecksumAndTouchNothingElse() {
        Random random = seeded();
        for (int i = 0; i < CASES; i++) {
            byte[] before = RandomFrame.next(random).sum(Sum.PARTIAL).build();

            byte[] after = complete(before);

            assertThat(transportError(after)).isZero();
            byte[] expected = before.clone();
            System.arraycopy(after, sumAt(after), expected, sumAt(after), 2);
            assertThat(after).isEqualTo(expected);
        }
    }

    @Test
    void shouldLeaveEveryOtherChecksumAlone() {
        Random random = seeded();
        for (int i = 0; i < CASES; i++) {
            TestFrame frame = RandomFrame.next(random);
            byte[] right = frame.build();
            byte[] wrong = frame.sumOffBy(1 + random.nextInt(0xFFFE)).build();

            assertThat(complete(right)).isEqualTo(right);
            if (!isPartialOrNone(wrong)) {
                assertThat(complete(wrong)).isEqualTo(wrong);
            }
        }
    }

    @Test
    void shouldLeaveUdpWithoutAChecksumWithoutOne() {
        byte[] before =
                TestFrame.udp().sum(Sum.ZERO).payload(new byte[] {1, 2, 3}).build();

        byte[] after = redirect(before, ip("10.2.0.11"), 5);

        assertThat(word(after, sumAt(after))).isZero();
        assertThat(ipError(after)).isZero();
        assertThat(complete(before)).isEqualTo(before);
    }

    /** A payload word that brings the sum to 0xFFFF, whose complement is 0. */
    private static byte[] payloadForZeroSum(TestFrame frame) {
        byte[] built = frame.payload(new byte[2]).sum(Sum.FULL).build();
        int sum = word(built, sumAt(built));
        return new byte[] {(byte) (sum >>> 8), (byte) sum};
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSendAComputedZeroAsAllOnesInUdpAlone(boolean udp) {
        String server = "10.2.0.11";
        byte[] payload = payloadForZeroSum(frame(udp).to(server, 80));
        int expected = udp ? 0xFFFF : 0x0000;

        byte[] incremental = redirect(frame(udp).payload(payload).build(), ip(server), 5);
        byte[] computed = redirect(frame(udp).payload(payload).sum(Sum.PARTIAL).build(), ip(server), 5);
        byte[] completed = complete(
                frame(udp).to(server, 80).payload(payload).sum(Sum.PARTIAL).build());

        assertThat(word(incremental, sumAt(incremental))).isEqualTo(expected);
        assertThat(word(computed, sumAt(computed))).isEqualTo(expected);
        assertThat(word(completed, sumAt(completed))).isEqualTo(expected);
    }

    private static TestFrame frame(boolean udp) {
        return udp ? TestFrame.udp() : TestFrame.tcp();
    }

    /** UDP has a length of its own; what IP carries behind it is not covered. */
    @Test
    void shouldSumUpOnlyWhatUdpSaysIsItsOwn() {
        byte[] before = TestFrame.udp().payload(new byte[] {1, 2, 3, 4, 5, 6}).build();
        int udp = transportAt(before);
        before[udp + 5] = 10;
        int pseudo = ReferenceChecksum.pseudoHeader(before, IP, 17, 10);
        ByteBuffer.wrap(before).putShort(udp + 6, (short) pseudo);

        byte[] after = complete(before);

        assertThat(ReferenceChecksum.sum(after, udp, 10, pseudo)).isEqualTo(0xFFFF);
    }

    @Test
    void shouldLeaveJunkBehindThePacketOutOfTheSum() {
        byte[] bare = TestFrame.udp().sum(Sum.PARTIAL).payload(new byte[1]).build();
        byte[] padded =
                TestFrame.udp().sum(Sum.PARTIAL).payload(new byte[1]).padTo(60).build();

        assertThat(word(complete(padded), sumAt(padded))).isEqualTo(word(complete(bare), sumAt(bare)));
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("PacketRewriteTest seed " + seed);
        return new Random(seed);
    }
}
