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

    /** What is covered always holds something, as a header does: all zeros is the one sum with two names. */
    @Test
    void shouldAgreeWithAFullSumAfterAnyChange() {
        long seed = System.nanoTime();
        System.out.println("InternetChecksumTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            int rest = 1 + random.nextInt(0xFFFF);
            int oldHigh = TestFrame.edgeWord(random);
            int oldLow = TestFrame.edgeWord(random);
            int newHigh = TestFrame.edgeWord(random);
            int newLow = TestFrame.edgeWord(random);
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
