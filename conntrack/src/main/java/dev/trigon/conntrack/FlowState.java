package dev.trigon.conntrack;

/** Where a flow stands, as far as its client's half of the conversation tells. */
public enum FlowState {
    /** A TCP handshake was begun and not yet finished by the client. */
    SYN(1, "syn"),
    /** The client acknowledged, or was met in the middle of its connection. */
    ESTABLISHED(2, "established"),
    /** The client sent FIN, the last that is learnt of it; the server may go on sending. */
    CLOSING(3, "closing"),
    /** Not TCP: there is nothing to follow but time. */
    UDP(4, "udp"),
    /** The client sent an RST that can be believed. */
    CLOSED(5, "closed");

    static final int CODES = 6;

    private static final FlowState[] BY_CODE = new FlowState[CODES];

    static {
        for (FlowState state : values()) {
            BY_CODE[state.code] = state;
        }
    }

    private final int code;
    private final String label;

    FlowState(int code, String label) {
        this.code = code;
        this.label = label;
    }

    /** What stands for it in a flow file: never changes, is never 0. */
    int code() {
        return code;
    }

    static boolean isCode(int code) {
        return code > 0 && code < BY_CODE.length;
    }

    static FlowState of(int code) {
        return BY_CODE[code];
    }

    /** What users read. */
    public String label() {
        return label;
    }
}
