package dev.trigon.dataplane.service;

/** What becomes of a TCP connection whose backend is gone. A UDP flow moves in either case. */
public enum WhenDown {
    /** Its client is sent an RST, so that it tries again at once. */
    RESET("reset"),
    /** It goes to another backend, for servers that share what they know of connections; others answer RST themselves. */
    MOVE("move");

    private final String label;

    WhenDown(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
