package dev.trigon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What interfaces have counted. A veth takes a frame whole or, where its far end has no room, not at all.
 *
 * @param taken frames that it took to send
 * @param refused frames that its far end had no room for
 * @param arrived frames that came in
 * @param atNs when it was read
 */
record DeviceCounters(long taken, long refused, long arrived, long atNs) {
    /** Of what leaves by one interface and arrives at another, or at the same. */
    static DeviceCounters of(String out, String in) {
        return new DeviceCounters(
                number(out, "tx_packets"), number(out, "tx_dropped"), number(in, "rx_packets"), System.nanoTime());
    }

    DeviceCounters since(DeviceCounters before) {
        return new DeviceCounters(
                taken - before.taken, refused - before.refused, arrived - before.arrived, atNs - before.atNs);
    }

    long sent() {
        return taken + refused;
    }

    double seconds() {
        return atNs / 1e9;
    }

    private static long number(String device, String name) {
        try {
            return Long.parseLong(Files.readString(Path.of("/sys/class/net", device, "statistics", name))
                    .trim());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
