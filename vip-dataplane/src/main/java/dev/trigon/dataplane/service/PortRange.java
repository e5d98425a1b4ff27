package dev.trigon.dataplane.service;

/** An inclusive range of ports; a single port is a range of one. */
public record PortRange(int first, int last) {
    public static final PortRange ALL = new PortRange(1, 65_535);

    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    public boolean overlaps(PortRange other) {
        return first <= other.last && other.first <= last;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
