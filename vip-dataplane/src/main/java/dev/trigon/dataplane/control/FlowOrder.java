package dev.trigon.dataplane.control;

import dev.trigon.dataplane.control.DataPath.Flow;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;

/** In which order flows are listed. */
enum FlowOrder {
    /** Longest first. */
    IDLE("idle"),
    /** Most first. */
    PACKETS("packets"),
    /** Most first. */
    BYTES("bytes"),
    /** By address, IPv4 before IPv6, then by port. */
    CLIENT("client");

    private final String label;

    FlowOrder(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    Comparator<Flow> comparator() {
        return switch (this) {
            case IDLE -> Comparator.comparingLong(Flow::idleSeconds).reversed();
            case PACKETS -> Comparator.comparingLong(Flow::packets).reversed();
            case BYTES -> Comparator.comparingLong(Flow::bytes).reversed();
            case CLIENT ->
                Comparator.comparing(Flow::client, FlowOrder::compare).thenComparingInt(Flow::clientPort);
        };
    }

    private static int compare(InetAddress one, InetAddress other) {
        byte[] first = one.getAddress();
        byte[] second = other.getAddress();
        return first.length == second.length
                ? Arrays.compareUnsigned(first, second)
                : Integer.compare(first.length, second.length);
    }
}
