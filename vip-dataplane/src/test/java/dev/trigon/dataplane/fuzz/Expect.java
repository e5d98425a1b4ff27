package dev.trigon.dataplane.fuzz;

import dev.trigon.dataplane.wire.Octets;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Assertions that cost nothing while they hold: a target makes dozens of them for each of millions of inputs. */
public final class Expect {
    private static final ByteBuffer JUNK = Octets.junk(1 << 16);

    private Expect() {}

    public static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    public static void same(long expected, long actual, String what) {
        if (expected != actual) {
            throw new AssertionError(what + ": " + actual + " where " + expected + " is right (0x"
                    + Long.toHexString(actual) + ", 0x" + Long.toHexString(expected) + ")");
        }
    }

    public static void same(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": " + actual + " where " + expected + " is right");
        }
    }

    public static void same(byte[] expected, byte[] actual, String what) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new AssertionError(what + ", first at " + at + "\n  is    " + Octets.hex(actual) + "\n  right "
                    + Octets.hex(expected));
        }
    }

    /** Memory from there to there is as {@link Octets#JUNK} as it was before. */
    public static void junk(ByteBuffer memory, int from, int to, String what) {
        int at = memory.slice(from, to - from).mismatch(JUNK.slice(0, to - from));
        if (at >= 0) {
            throw new AssertionError(what + ": written at " + at + " of " + (to - from));
        }
    }

    /** Makes junk of memory that was written. */
    public static void fillWithJunk(ByteBuffer memory, int from, int octets) {
        memory.put(from, JUNK, 0, octets);
    }
}
