package dev.trigon.dataplane.balance;

/** The ways to choose a backend for a new flow, by the names that operators type. */
public enum SchedulerKind {
    /** Weighted round robin: each backend in turn, as often as its weight asks. */
    WRR("wrr"),
    /** Maglev hashing: the same flow gets the same backend, and a changed backend list moves few others. */
    MAGLEV("maglev");

    private final String label;

    SchedulerKind(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
