package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.ip;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
    private static final int CASES = 1_500_000;

    /** Section 3: these octets sum up to 2ddf0, folded ddf2. */
    @Test
    void shouldSumUpTheExampleOfRfc1071() {
        ByteBuffer octets = amidJunk(hex("00 01 f2 03 f4 f5 f6 f7"), 4, 16);

        assertThat(InternetChecksum.of(octets, 4, 8, 0)).isEqualTo(~0xDDF2 & 0xFFFF);
        assertThat(InternetChecksum.of(octets, 4, 6, 0xF6F7)).isEqualTo(~0xDDF2 & 0xFFFF);
    }

    /** Section 4: a sum of 0xDD2F, a word that goes from 0x5555 to 0x3285. Equation 2 and RFC 1141 give 0xFFFF. */
    @Test
    void shouldGiveZeroInTheExampleOfRfc1624() {
        assertThat(InternetChecksum.replace16(0xDD2F, 0x5555, 0x3285)).isZero();
        assertThat(InternetChecksum.replace32(0xDD2F, 0x5555, 0x3285)).isZero();
        assertThat(InternetChecksum.replace32(0xDD2F, 0x5555_0000, 0x3285_0000)).isZero();
    }

    @Test
    void shouldTakeAnOddLastOctetAsTheHighHalf() {
        for (int length = 0; length < 20; length++) {
            byte[] octets = new byte[length];
            new Random(length).nextBytes(octets);

            assertThat(InternetChecksum.of(amidJunk(octets, 3, 32), 3, length, 0x1234))
                    .as("%d octets", length)
                    .isEqualTo(~ReferenceChecksum.sum(octets, 0, length, 0x1234) & 0xFFFF);
        }
    }

    @Test
    void shouldNotLoseACarryInTheLargestPacketThereIs() {
        ByteBuffer ones = ByteBuffer.allocate(65_535);
        for (int i = 0; i < ones.capacity(); i++) {
            ones.put(i, (byte) 0xFF);
        }

        assertThat(InternetChecksum.of(ones, 0, 65_535, 0xFFFF))
                .isEqualTo(~ReferenceChecksum.sum(ones.array(), 0, 65_535, 0xFFFF) & 0xFFFF);
    }

    @Test
    void shouldSumUpThePseudoHeader() {
        byte[] header = TestFrame.udp().to("255.255.255.255", 1).build();

        assertThat(InternetChecksum.pseudoHeader(ip("198.51.100.10"), ip("255.255.255.255"), 17, 65_515))
                .isEqualTo(ReferenceChecksum.pseudoHeader(header, TestFrame.ETHERNET, 17, 65_515));
    }

    /** The words of an IPv4 address as IPv6 maps it are those of IPv4, zeros, and the other zero. */
    @Test
    void shouldSumUpThePseudoHeaderOfBothFamiliesAlike() {
        Random random = new Random(1624);
        for (int i = 0; i < 10_000; i++) {
            int source = RandomFrame.edgeWord(random) << 16 | RandomFrame.edgeWord(random);
            int destination = RandomFrame.edgeWord(random) << 16 | RandomFrame.edgeWord(random);
            int octets = RandomFrame.edgeWord(random);

            assertThat(InternetChecksum.pseudoHeader(
                            0, IpAddress.mapped(source), 0, IpAddress.mapped(destination), 6, octets))
                    .isEqualTo(InternetChecksum.pseudoHeader(source, destination, 6, octets));
        }
    }

    @Test
    void shouldSumUpThePseudoHeaderOfIpv6() {
        byte[] packet = TestFrame.udp()
                .from("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1)
                .to("ffff:ffff:0:8000:1:0:ffff:fffe", 1)
                .packet();
        ByteBuffer octets = ByteBuffer.wrap(packet);

        assertThat(InternetChecksum.pseudoHeader(
                        octets.getLong(8), octets.getLong(16), octets.getLong(24), octets.getLong(32), 58, 65_535))
                .isEqualTo(ReferenceChecksum.pseudoHeader(packet, 0, 58, 65_535));
    }

    @Test
    void shouldAgreeWithAFullSumAfterAnAddressHasChanged() {
        Random random = new Random(4291);
        for (int i = 0; i < CASES; i++) {
            int rest = 1 + random.nextInt(0xFFFF);
            long oldHigh = edgeLong(random);
            long oldLow = edgeLong(random);
            long newHigh = edgeLong(random);
            long newLow = edgeLong(random);
            int before = full(full(rest, oldHigh), oldLow);
            int after = full(full(rest, newHigh), newLow);

            int replaced = InternetChecksum.replace128(~before & 0xFFFF, oldHigh, oldLow, newHigh, newLow);

            if (replaced != (~after & 0xFFFF)) {
                assertThat(replaced)
                        .as("%x, %x %x to %x %x", rest, oldHigh, oldLow, newHigh, newLow)
                        .isEqualTo(~after & 0xFFFF);
            }
        }
    }

    private static long edgeLong(Random random) {
        long word = 0;
        for (int i = 0; i < 4; i++) {
            word = word << 16 | RandomFrame.edgeWord(random);
        }
        return word;
    }

    private static int full(int begun, long word) {
        int sum = begun;
        for (int shift = 0; shift < Long.SIZE; shift += 16) {
            sum = ReferenceChecksum.add(sum, (int) (word >>> shift) & 0xFFFF);
        }
        return sum;
    }

    @Test
    void shouldVerifyWhatHoldsItsOwnSum() {
        byte[] octets = hex("12 34 0000 ab cd ef");
        ByteBuffer buffer = amidJunk(octets, 4, 16);
        int sum = InternetChecksum.of(buffer, 4, 7, 0x5555);
        buffer.putShort(6, (short) sum);

        assertThat(InternetChecksum.verify(buffer, 4, 7, 0x5555)).isTrue();
        assertThat(InternetChecksum.verify(buffer, 4, 7, 0x5556)).isFalse();
        assertThat(InternetChecksum.verify(buffer, 4, 6, 0x5555)).isFalse();
    }

    /** What is covered always holds something, as a header does: all zeros is the one sum with two names. */
    @Test
    void shouldAgreeWithAFullSumAfterAnyChange() {
        long seed = System.nanoTime();
        System.out.println("InternetChecksumTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            int rest = 1 + random.nextInt(0xFFFF);
            int oldHigh = RandomFrame.edgeWord(random);
            int oldLow = RandomFrame.edgeWord(random);
            int newHigh = RandomFrame.edgeWord(random);
            int newLow = RandomFrame.edgeWord(random);
            int before = full(rest, oldHigh, oldLow);

            int by32 = InternetChecksum.replace32(before, oldHigh << 16 | oldLow, newHigh << 16 | newLow);
            int by16 = InternetChecksum.replace16(InternetChecksum.replace16(before, oldHigh, newHigh), oldLow, newLow);

            int after = full(rest, newHigh, newLow);
            if (by32 != after || by16 != after) {
                assertThat(new int[] {by32, by16})
                        .as("seed %d: %x, %x %x to %x %x", seed, rest, oldHigh, oldLow, newHigh, newLow)
                        .containsOnly(after);
            }
        }
    }

    private static int full(int rest, int high, int low) {
        return ~ReferenceChecksum.add(ReferenceChecksum.add(rest, high), low) & 0xFFFF;
    }
}
