package dev.trigon.dataplane.balance;

/** Bits of one word over all of another. */
public final class Scatter {
    private Scatter() {}

    /** A bijection that scatters: the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). 0 stays 0. */
    public static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        long b = (a ^ a >>> 27) * 0x94D0_49BB_1331_11EBL;
        return b ^ b >>> 31;
    }

    /** One word of two. What differs in the low words alone stays different. */
    public static long fold(long high, long low) {
        return mix(high) ^ low;
    }
}
