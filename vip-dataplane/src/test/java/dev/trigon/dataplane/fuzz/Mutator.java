package dev.trigon.dataplane.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes new inputs of old ones, as fuzzers do, but blindly and the same ones for the same seed. */
final class Mutator {
    private static final int[] EDGES = {0, 1, 0x7F, 0x80, 0xFF};

    private final Random random;
    private final List<byte[]> corpus;
    private final int longest;

    Mutator(long seed, List<byte[]> corpus, int longest) {
        this.random = new Random(seed);
        this.corpus = corpus;
        this.longest = longest;
    }

    byte[] next() {
        byte[] input = any().clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            input = change(input);
        }
        return input.length <= longest ? input : Arrays.copyOf(input, longest);
    }

    private byte[] any() {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] change(byte[] input) {
        int at = random.nextInt(input.length + 1);
        if (at == input.length) {
            return random.nextBoolean() ? Arrays.copyOf(input, random.nextInt(at + 1)) : splice(input, at, at);
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> input[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> input[at] = (byte) EDGES[random.nextInt(EDGES.length)];
            case 3 -> input[at] = (byte) random.nextInt(256);
            case 4 -> input[at] += (byte) (random.nextInt(9) - 4);
            case 5 -> {
                return splice(input, at, at);
            }
            case 6 -> {
                return splice(input, at, Math.min(input.length, at + random.nextInt(8)));
            }
            default -> {
                byte[] other = any();
                int length = Math.min(random.nextInt(16), Math.min(other.length, input.length - at));
                System.arraycopy(other, random.nextInt(other.length - length + 1), input, at, length);
            }
        }
        return input;
    }

    /** A piece of another input in place of what is between. */
    private byte[] splice(byte[] input, int from, int to) {
        byte[] other = any();
        int start = random.nextInt(other.length + 1);
        int length = random.nextInt(Math.min(other.length - start, 64) + 1);
        byte[] spliced = new byte[from + length + input.length - to];
        System.arraycopy(input, 0, spliced, 0, from);
        System.arraycopy(other, start, spliced, from, length);
        System.arraycopy(input, to, spliced, from + length, input.length - to);
        return spliced;
    }
}
