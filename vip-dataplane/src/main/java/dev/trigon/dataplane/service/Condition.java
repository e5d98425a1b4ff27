package dev.trigon.dataplane.service;

/**
 * How a backend is, whatever an operator wants of it.
 *
 * @param healthy by its checks; true where it has none
 * @param sharePercent of its weight, 1 to 100: less than all while a backend that has just begun is warming up
 */
public record Condition(boolean healthy, int sharePercent) {
    public static final int WHOLE_SHARE = 100;
    public static final Condition WELL = new Condition(true, WHOLE_SHARE);

    public Condition {
        if (sharePercent < 1 || sharePercent > WHOLE_SHARE) {
            throw new IllegalArgumentException("share of " + sharePercent + " %");
        }
    }
}
