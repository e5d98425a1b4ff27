package dev.trigon.dataplane.forward;

/** What a worker counts besides verdicts. */
public enum Observed {
    CAPTURE_DROPS("capture-drops"),
    ANNOUNCEMENTS("announcements"),
    FLOW_CACHE_HITS("flow-cache-hits"),
    FLOW_CACHE_MISSES("flow-cache-misses"),
    FLOW_CACHE_EVICTIONS("flow-cache-evictions"),
    FLOW_TABLE_FULL("flow-table-full");

    private final String label;

    Observed(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
