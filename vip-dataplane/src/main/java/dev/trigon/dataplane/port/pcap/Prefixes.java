package dev.trigon.dataplane.port.pcap;

import java.nio.IntBuffer;
import java.util.List;

/**
 * The fewest words that name a set of addresses: each of them whole where they are few, else the longest prefixes that are
 * few enough.
 *
 * @param values of one length in words each, the octets of the address in order
 * @param mask to be laid over an address before it is compared
 */
record Prefixes(List<IntBuffer> values, IntBuffer mask) {

    /** @param addresses of one length in words each */
    static Prefixes of(List<IntBuffer> addresses, int most) {
        int words = addresses.isEmpty() ? 0 : addresses.get(0).limit();
        int length = words * Integer.SIZE;
        Prefixes prefixes = of(addresses, mask(words, length));
        while (prefixes.values.size() > most) {
            prefixes = of(addresses, mask(words, --length));
        }
        return prefixes;
    }

    private static Prefixes of(List<IntBuffer> addresses, IntBuffer mask) {
        List<IntBuffer> values = addresses.stream()
                .map(address -> masked(address, mask))
                .distinct()
                .toList();
        return new Prefixes(values, mask);
    }

    private static IntBuffer masked(IntBuffer address, IntBuffer mask) {
        int[] words = new int[mask.limit()];
        for (int i = 0; i < words.length; i++) {
            words[i] = address.get(i) & mask.get(i);
        }
        return IntBuffer.wrap(words);
    }

    private static IntBuffer mask(int words, int length) {
        int[] mask = new int[words];
        for (int i = 0; i < words; i++) {
            int bits = Math.min(Math.max(length - i * Integer.SIZE, 0), Integer.SIZE);
            mask[i] = bits == 0 ? 0 : -1 << (Integer.SIZE - bits);
        }
        return IntBuffer.wrap(mask);
    }
}
