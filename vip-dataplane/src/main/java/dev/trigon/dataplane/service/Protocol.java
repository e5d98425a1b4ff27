package dev.trigon.dataplane.service;

/** The transport protocols that are balanced, with their IP protocol numbers (IANA, "Assigned Internet Protocol Numbers"). */
public enum Protocol {
    TCP("tcp", 6),
    UDP("udp", 17);

    private final String label;
    private final int number;

    Protocol(String label, int number) {
        this.label = label;
        this.number = number;
    }

    public String label() {
        return label;
    }

    public int number() {
        return number;
    }
}
