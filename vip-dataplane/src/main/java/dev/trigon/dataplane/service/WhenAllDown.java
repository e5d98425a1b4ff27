package dev.trigon.dataplane.service;

/** What a service does when its checks find every backend down. */
public enum WhenAllDown {
    /** It goes on as if all were up: where none passes, the checks are as likely at fault as the servers. */
    OPEN("open"),
    /** It places no new flow. */
    CLOSED("closed");

    private final String label;

    WhenAllDown(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
