package dev.trigon.dataplane.health;

import java.time.Instant;

/** Told what becomes of backends, by the monitor's thread, which checks nobody meanwhile. */
public interface HealthListener {
    /**
     * A backend is up or down now, which it was not before: a believed one from that on, an unknown one from its first result. It
     * may be one that is watched no more.
     */
    void changed(int backendId, boolean up, String reason, Instant at);

    /** Those that have changed together have all been told. */
    default void settled() {}
}
