package dev.trigon.dataplane.wire;

import java.util.Arrays;
import java.util.Random;

/** Frames that no row thought of. */
final class RandomFrame {
    private RandomFrame() {}

    /** Anything valid in IPv4: words lean towards 0x0000 and 0xFFFF, where sums go wrong. */
    static TestFrame next(Random random) {
        TestFrame frame = random.nextBoolean() ? TestFrame.tcp() : TestFrame.udp();
        return frame.trafficClass(random.nextInt(256))
                .ttl(2 + random.nextInt(254))
                .from(edgeSource(random), edgeWord(random))
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

    /** An address that may send: neither of all zeros or ones, nor a group, nor loopback. */
    private static int edgeSource(Random random) {
        while (true) {
            int address = edgeWord(random) << 16 | edgeWord(random);
            if (address != 0 && address != -1 && address >>> 28 != 0xE && address >>> 24 != 127) {
                return address;
            }
        }
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
