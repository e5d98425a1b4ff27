package dev.trigon.dataplane.service;

import org.jspecify.annotations.Nullable;

/** A service's backends by their addresses: open addressing, at most half full, so that an empty place soon ends a search. */
final class BackendsByAddress {
    private final @Nullable Backend[] places;

    BackendsByAddress(Backend[] backends) {
        places = new Backend[Integer.highestOneBit(Math.max(1, backends.length)) << 2];
        for (Backend backend : backends) {
            int at = home(backend);
            while (places[at] != null) {
                at = next(at);
            }
            places[at] = backend;
        }
    }

    /** The one at the address of another backend, of whichever service; or null. */
    @Nullable
    Backend atAddressOf(Backend other) {
        int at = home(other);
        Backend found = places[at];
        while (found != null && !found.isAt(other.addressHigh(), other.addressLow())) {
            at = next(at);
            found = places[at];
        }
        return found;
    }

    private int home(Backend backend) {
        return (int) backend.identity() & (places.length - 1);
    }

    private int next(int at) {
        return (at + 1) & (places.length - 1);
    }
}
