package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.api.FindingView;

/** How what was looked at is. */
enum State {
    WELL(FindingView.WELL),
    WRONG(FindingView.WRONG),
    /** It could not be seen from here. */
    UNKNOWN(FindingView.UNKNOWN);

    private final String label;

    State(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
