package dev.trigon.dataplane.health;

/** Finds octets in a stream that is not kept, by Knuth, Morris and Pratt's method: each octet is looked at as it comes by. */
final class OctetSearch {
    private final byte[] wanted;
    /** For each count of octets that match: how many still do, where the next one does not. */
    private final int[] fallback;

    private int matched;

    OctetSearch(byte[] wanted) {
        this.wanted = wanted.clone();
        this.fallback = new int[wanted.length + 1];
        int shorter = 0;
        for (int i = 1; i < wanted.length; i++) {
            while (shorter > 0 && wanted[i] != wanted[shorter]) {
                shorter = fallback[shorter];
            }
            if (wanted[i] == wanted[shorter]) {
                shorter++;
            }
            fallback[i + 1] = shorter;
        }
    }

    /** Whether this octet is the last of what is wanted. Not to be asked any more then. */
    boolean endsWith(int octet) {
        while (matched > 0 && wanted[matched] != (byte) octet) {
            matched = fallback[matched];
        }
        if (wanted[matched] == (byte) octet) {
            matched++;
        }
        return matched == wanted.length;
    }
}
