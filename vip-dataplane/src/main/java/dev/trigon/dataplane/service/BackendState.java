package dev.trigon.dataplane.service;

/** What an operator wants of a backend. */
public enum BackendState {
    /** It takes new flows, as its weight says. */
    UP("up"),
    /** It keeps the flows it has and gets no new ones. */
    DRAINING("draining"),
    /** It gets nothing: its flows end, or move, at once. */
    DISABLED("disabled");

    private final String label;

    BackendState(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
