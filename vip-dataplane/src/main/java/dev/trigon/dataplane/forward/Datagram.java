package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.wire.Packet;
import java.util.Arrays;

/**
 * What is known of one datagram that comes in fragments: where it goes, which is its first fragment's to say, and which of
 * its octets have come. The octets are a bit for each unit of eight, in which offsets are counted (RFC 791, section 3.1).
 *
 * <p>A datagram whose fragments overlap is given up as a whole (RFC 5722, section 4; RFC 1858, section 4.2 for IPv4): it is
 * how a filter is shown one header and the server another. A fragment that brings nothing new is merely dropped: networks
 * duplicate packets.
 */
final class Datagram {
    private static final int UNIT = 8;
    private static final int WORDS = 65_536 / UNIT / Long.SIZE;
    private static final int NOT_KNOWN = -1;

    final Fate fate = new Fate();

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int id;
    private int protocol;

    private final long[] units = new long[WORDS];
    private boolean used;
    private boolean condemned;
    private int covered;
    private int furthest;
    private int total;
    private long sinceMs;
    private int held;

    /** IPv4 tells datagrams apart by protocol too (RFC 791, section 2.3), IPv6 does not (RFC 8200, section 4.5). */
    boolean is(Packet fragment) {
        return used
                && id == fragment.fragmentId()
                && sourceLow == fragment.sourceLow()
                && destinationLow == fragment.destinationLow()
                && sourceHigh == fragment.sourceHigh()
                && destinationHigh == fragment.destinationHigh()
                && protocol == keyProtocol(fragment);
    }

    static int keyProtocol(Packet fragment) {
        return fragment.isIpv6() ? 0 : fragment.protocol();
    }

    /**
     * Forgets what was, for the datagram of this fragment. What waits for another's first fragment still does, and is told
     * as soon as this one's is here that nobody knows it any more.
     */
    void begin(Packet fragment, long nowMs) {
        used = true;
        sourceHigh = fragment.sourceHigh();
        sourceLow = fragment.sourceLow();
        destinationHigh = fragment.destinationHigh();
        destinationLow = fragment.destinationLow();
        id = fragment.fragmentId();
        protocol = keyProtocol(fragment);
        // what was never reached is still clear: most datagrams have two fragments, and all of it is 8 KiB
        Arrays.fill(units, 0, (units(furthest) + Long.SIZE - 1) / Long.SIZE, 0);
        fate.undecided();
        condemned = false;
        covered = 0;
        furthest = 0;
        total = NOT_KNOWN;
        sinceMs = nowMs;
    }

    boolean isUsed() {
        return used;
    }

    long sinceMs() {
        return sinceMs;
    }

    boolean isDecided() {
        return fate.way() != Fate.Way.UNDECIDED;
    }

    /** Whether every octet has come. */
    boolean isComplete() {
        return total != NOT_KNOWN && covered == units(total);
    }

    void hold() {
        held++;
    }

    void letGo() {
        held--;
    }

    /** Whether fragments wait for the first. */
    boolean isHolding() {
        return held > 0;
    }

    /** Whether these octets have come. */
    boolean has(int offset, int octets) {
        int first = offset / UNIT;
        int count = units(offset + octets) - first;
        return countIn(first, count) == count;
    }

    /** Notes the octets that a fragment brings. False if it must not go on. */
    boolean cover(int offset, int octets, boolean more) {
        int end = offset + octets;
        if (condemned || contradicts(end, more)) {
            condemned = true;
            return false;
        }
        int first = offset / UNIT;
        int count = units(end) - first;
        int already = countIn(first, count);
        if (already > 0 || count == 0) {
            condemned = already < count;
            return false;
        }
        mark(first, count);
        covered += count;
        furthest = Math.max(furthest, end);
        total = more ? total : end;
        return true;
    }

    private boolean contradicts(int end, boolean more) {
        boolean beyond = more ? end >= total : end != total;
        return (total != NOT_KNOWN && beyond) || (!more && furthest > end);
    }

    private static int units(int octets) {
        return (octets + UNIT - 1) / UNIT;
    }

    private int countIn(int first, int count) {
        int found = 0;
        for (int unit = first; unit < first + count; ) {
            int word = unit / Long.SIZE;
            long mask = mask(unit, first + count);
            found += Long.bitCount(units[word] & mask);
            unit = (word + 1) * Long.SIZE;
        }
        return found;
    }

    private void mark(int first, int count) {
        for (int unit = first; unit < first + count; ) {
            int word = unit / Long.SIZE;
            units[word] |= mask(unit, first + count);
            unit = (word + 1) * Long.SIZE;
        }
    }

    /** The bits from a unit on, to the end of its word or to {@code end}. */
    private static long mask(int from, int end) {
        long mask = -1L << (from % Long.SIZE);
        int wordEnd = (from / Long.SIZE + 1) * Long.SIZE;
        return end < wordEnd ? mask & ((1L << (end % Long.SIZE)) - 1) : mask;
    }
}
