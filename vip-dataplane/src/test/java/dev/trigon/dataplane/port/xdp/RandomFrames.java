package dev.trigon.dataplane.port.xdp;

import static dev.trigon.dataplane.wire.Octets.hex;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Noise of 14 to 128 octets in which most of what steering looks at is what it looks for. */
final class RandomFrames {
    private static final int SHORTEST = 14;
    private static final int LONGEST = 128;

    private static final List<byte[]> DESTINATIONS = List.of(
            hex("020000000002"),
            hex("020000000002"),
            hex("020000000002"),
            hex("ffffffffffff"),
            hex("3333ff000010"),
            hex("33330a000001"),
            hex("020000000003"));
    private static final List<byte[]> TAGS = List.of(
            hex(""),
            hex(""),
            hex("81000064"),
            hex("88a80064"),
            hex("88a8006481000064"),
            hex("810000648100006481000064"));
    private static final List<byte[]> TYPES =
            List.of(hex("0800"), hex("0806"), hex("86dd"), hex("86dd"), hex("88cc"), hex("0008"), hex("8100"));
    private static final int MAC_LENGTH = 6;
    private static final int[] IPV4_AT = {16, 24};
    private static final int[] IPV6_AT = {24, 48};

    private final Random random;
    private final List<InetAddress> vips;

    RandomFrames(long seed, List<InetAddress> vips) {
        this.random = new Random(seed);
        this.vips = vips;
    }

    byte[] next() {
        byte[] frame = new byte[LONGEST + 64];
        random.nextBytes(frame);
        int at = put(frame, 0, oneOf(DESTINATIONS)) + MAC_LENGTH;
        at = put(frame, at, oneOf(TAGS));
        byte[] type = oneOf(TYPES);
        at = put(frame, at, type);
        if (Arrays.equals(type, hex("86dd"))) {
            putAddresses(frame, at, 16, IPV6_AT);
            put(frame, at + 6, oneOf(List.of(hex("3a"), hex("3a"), hex("11"))));
            put(frame, at + 40, oneOf(List.of(hex("87"), hex("87"), hex("88"))));
        } else {
            putAddresses(frame, at, 4, IPV4_AT);
            put(frame, at + 6, oneOf(List.of(hex("0001"), hex("0001"), hex("0002"), hex("0100"))));
        }
        return Arrays.copyOf(frame, SHORTEST + random.nextInt(LONGEST - SHORTEST + 1));
    }

    private void putAddresses(byte[] frame, int at, int length, int[] offsets) {
        List<byte[]> addresses = vips.stream()
                .map(InetAddress::getAddress)
                .filter(it -> it.length == length)
                .toList();
        for (int offset : offsets) {
            byte[] address = oneOf(addresses).clone();
            if (random.nextInt(3) == 0) {
                address[random.nextInt(length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            }
            put(frame, at + offset, address);
        }
    }

    private static int put(byte[] frame, int at, byte[] octets) {
        System.arraycopy(octets, 0, frame, at, octets.length);
        return at + octets.length;
    }

    private byte[] oneOf(List<byte[]> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
