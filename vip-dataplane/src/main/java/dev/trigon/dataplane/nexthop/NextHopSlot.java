package dev.trigon.dataplane.nexthop;

import org.jspecify.annotations.Nullable;

/** The next hop to one address, now. Written by the thread that follows the kernel, read by the workers. */
public final class NextHopSlot {
    private volatile @Nullable NextHop hop;

    /** Null while the kernel does not know it. */
    public @Nullable NextHop get() {
        return hop;
    }

    public void set(@Nullable NextHop known) {
        hop = known;
    }
}
