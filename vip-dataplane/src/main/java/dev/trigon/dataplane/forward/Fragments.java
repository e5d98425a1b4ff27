package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.wire.Packet;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams whose fragments are on their way: a fixed number, for a short time, the oldest first to go. A set of eight
 * places is where a datagram can be; which set, a stranger cannot work out.
 */
final class Fragments {
    static final int SETS = 256;
    static final int WAYS = 8;
    /** Fragments of a datagram come one behind the other; whoever is this late has been given up by its server's clients. */
    static final long LIFETIME_MS = 2_000;
    /** A datagram that is whole keeps its place a little, for fragments that the network has doubled. */
    static final long COMPLETE_MS = 100;

    private final Datagram[] places = new Datagram[SETS * WAYS];
    private final FlowKey key = new FlowKey();
    private final long secret;
    private long datagrams;
    private long evictions;

    Fragments(long secret) {
        this.secret = secret | 1;
        for (int i = 0; i < places.length; i++) {
            places[i] = new Datagram();
        }
    }

    /** The datagram of a fragment that has just come, or null if none of its has been seen lately. */
    @Nullable
    Datagram find(Packet fragment, long nowMs) {
        Datagram known = findAgain(fragment);
        return known == null || isOver(known, nowMs) ? null : known;
    }

    /** The datagram of a fragment that has waited meanwhile, or null if it had to make room. */
    @Nullable
    Datagram findAgain(Packet fragment) {
        int set = setOf(fragment);
        for (int i = set; i < set + WAYS; i++) {
            if (places[i].is(fragment)) {
                return places[i];
            }
        }
        return null;
    }

    /**
     * Begins the datagram of a fragment, in place of the oldest there. Those whose fragments wait make room for a first
     * fragment alone, which goes on at once; null if they have every place that a later one could.
     */
    @Nullable
    Datagram begin(Packet fragment, long nowMs) {
        Datagram place = placeFor(fragment, nowMs);
        if (place != null) {
            evictions += isFree(place, nowMs) ? 0 : 1;
            place.begin(fragment, nowMs);
            datagrams++;
        }
        return place;
    }

    private @Nullable Datagram placeFor(Packet fragment, long nowMs) {
        int set = setOf(fragment);
        Datagram soonest = null;
        for (int i = set; i < set + WAYS; i++) {
            Datagram one = places[i];
            // one that is over and had the same identification: nobody is to find that again
            if (one.is(fragment)) {
                return one;
            }
            boolean stays = one.isHolding() && !fragment.isFirstFragment();
            if (!stays && (soonest == null || goesSooner(one, soonest, nowMs))) {
                soonest = one;
            }
        }
        return soonest;
    }

    private static boolean goesSooner(Datagram one, Datagram other, long nowMs) {
        boolean free = isFree(one, nowMs);
        return free == isFree(other, nowMs) ? one.sinceMs() < other.sinceMs() : free;
    }

    private static boolean isFree(Datagram one, long nowMs) {
        return !one.isUsed() || isOver(one, nowMs);
    }

    private static boolean isOver(Datagram one, long nowMs) {
        // senders use identifications again, at high rates within seconds (RFC 4963)
        long lifetimeMs = one.isComplete() ? COMPLETE_MS : LIFETIME_MS;
        return nowMs - one.sinceMs() >= lifetimeMs && !one.isHolding();
    }

    private int setOf(Packet fragment) {
        int id = fragment.fragmentId();
        key.set(
                fragment.sourceHigh(),
                fragment.sourceLow(),
                fragment.destinationHigh(),
                fragment.destinationLow(),
                Datagram.keyProtocol(fragment),
                id >>> 16,
                id & 0xFFFF);
        long mixed = (key.hash() ^ (key.hash() >>> 29) ^ secret) * secret;
        return (int) (mixed >>> (Long.SIZE - Integer.numberOfTrailingZeros(SETS))) * WAYS;
    }

    /** Datagrams seen in fragments. */
    long datagrams() {
        return datagrams;
    }

    /** Datagrams that had to make room for another. */
    long evictions() {
        return evictions;
    }
}
