package dev.trigon.dataplane.balance;

/** The ways to choose a backend for a new flow, by the names that operators type. */
public enum SchedulerKind {
    /** Round robin: each backend in turn. */
    RR("rr"),
    /** Weighted round robin: each backend in turn, as often as its weight asks. */
    WRR("wrr"),
    /** Least connections: the backend with the fewest flows. */
    LC("lc"),
    /** Weighted least connections: the backend with the fewest flows for its weight. */
    WLC("wlc"),
    /** The power of two choices: of two backends drawn by weight, the one with fewer flows for its weight. */
    P2C("p2c"),
    /** Source hashing: the same client gets the same backend, and a changed backend list moves few others. */
    SH("sh"),
    /** Maglev hashing: the same flow gets the same backend, and a changed backend list moves few others. */
    MAGLEV("maglev");

    private final String label;

    SchedulerKind(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** Whether a backend's weight says more than whether it takes new flows. */
    public boolean isWeighted() {
        return this != RR && this != LC;
    }

    /** Whether a flow's hash alone says which backend, as long as the backends are the same. */
    public boolean isHashing() {
        return this == SH || this == MAGLEV;
    }

    /** Whether all flows of a client are one to it. */
    public boolean isByClient() {
        return this == SH;
    }
}
