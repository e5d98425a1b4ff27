package dev.trigon.dataplane.port.fault;

/**
 * What became of one direction's frames. {@code offered + duplicated = lost + overrun + delivered + held}.
 *
 * @param offered frames that came to the line
 * @param overrun frames lost because the line holds no more
 * @param held frames that are still to come
 */
public record Tally(
        long offered,
        long lost,
        long duplicated,
        long reordered,
        long corrupted,
        long overrun,
        long delivered,
        long held) {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0);

    @Override
    public String toString() {
        return offered + " frames: " + lost + " lost, " + duplicated + " duplicated, " + reordered + " reordered, "
                + corrupted + " corrupted, " + overrun + " overrun, " + delivered + " delivered, " + held + " held";
    }
}
