package dev.trigon.systemtests.lab;

import java.security.SecureRandom;

/** Where randomness starts from: another place each time, and where {@code -Dtrigon.seed=N} says. */
public final class Seed {
    private Seed() {}

    /** @param what it is for: said together with the seed, in the test's output */
    public static long fresh(String what) {
        Long said = Long.getLong("trigon.seed");
        long seed = said == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : said;
        System.out.println(what + ": seed " + seed);
        return seed;
    }
}
