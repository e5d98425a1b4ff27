package dev.trigon.dataplane.fuzz;

import java.util.Arrays;

/** An input read from its beginning: first what a target decides by, then what it takes as octets. Beyond the end are zeros. */
public final class Input {
    private final byte[] octets;
    private int at;

    public Input(byte[] octets) {
        this.octets = octets;
    }

    public boolean isEmpty() {
        return at >= octets.length;
    }

    public int octet() {
        return isEmpty() ? 0 : octets[at++] & 0xFF;
    }

    public int word() {
        return octet() << 8 | octet();
    }

    public long eight() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | octet();
        }
        return value;
    }

    /** So many octets, or what there is. */
    public byte[] take(int most) {
        byte[] taken = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + most));
        at += taken.length;
        return taken;
    }

    public byte[] rest() {
        return take(octets.length);
    }
}
