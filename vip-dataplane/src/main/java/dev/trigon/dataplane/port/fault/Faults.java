package dev.trigon.dataplane.port.fault;

import java.time.Duration;

/**
 * What is to be done to frames. Each chance is of one frame, from 0 to 1, and is drawn for every frame by itself.
 *
 * @param seed of the choices: with the same seed the same frames in the same order meet the same faults
 * @param loss the frame never comes
 * @param duplicate it comes twice
 * @param reorder it comes behind some of those after it
 * @param corrupt one bit of it is another. A checksum that the sender left to its interface (as on veth) is computed after
 *     this, so that nobody finds the bit
 * @param delay every frame comes so much later
 */
public record Faults(
        long seed, double loss, double duplicate, double reorder, double corrupt, Duration delay, Side side) {
    public static final Duration MAX_DELAY = Duration.ofSeconds(1);

    /** Whose frames. */
    public enum Side {
        /** Those that arrive. */
        IN("in"),
        /** Those that are sent. */
        OUT("out"),
        BOTH("both");

        private final String label;

        Side(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Faults {
        checkChance("loss", loss);
        checkChance("duplicate", duplicate);
        checkChance("reorder", reorder);
        checkChance("corrupt", corrupt);
        if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("delay is not within 0 and " + MAX_DELAY + ": " + delay);
        }
    }

    private static void checkChance(String name, double chance) {
        if (!(chance >= 0 && chance <= 1)) {
            throw new IllegalArgumentException(name + " is not within 0 and 1: " + chance);
        }
    }
}
