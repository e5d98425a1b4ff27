package dev.trigon.conntrack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes until a file of flows is open, in a JVM of its own as vipd's is: {@code fill} makes the file and closes
 * it, {@code kill} uses it and ends as a kill does, {@code open} says how long opening took.
 */
final class RestartMeasurement {
    private static final long NOW_MS = System.currentTimeMillis();
    /** As vipd has it. */
    private static final int MAX_FLOWS = 1 << 20;

    private static final int HALTED = 1;

    private RestartMeasurement() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[1]);
        int flows = Integer.parseInt(args[2]);
        switch (args[0]) {
            case "fill" -> {
                try (FlowTable table = use(directory, flows)) {
                    System.out.printf(
                            "%d flows: %d octets outside the heap, a file of %d%n",
                            table.size(), table.offHeapBytes(), Files.size(directory.resolve("flows.dat")));
                }
            }
            case "kill" -> {
                use(directory, flows);
                Runtime.getRuntime().halt(HALTED);
            }
            default -> open(directory, flows);
        }
    }

    private static FlowTable use(Path directory, int flows) throws IOException {
        FlowTable table = FlowTable.open(directory, Math.max(flows, MAX_FLOWS));
        FlowRecord record = new FlowRecord();
        FlowKey key = new FlowKey();
        for (int i = 0; i < flows; i++) {
            table.put(Keys.setMixed(key, i), record.set(i & 15, FlowState.ESTABLISHED, NOW_MS, 9, 900));
        }
        return table;
    }

    private static void open(Path directory, int flows) throws IOException {
        long startNs = System.nanoTime();
        try (FlowTable table = FlowTable.open(directory, Math.max(flows, MAX_FLOWS))) {
            long openMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            System.out.printf("%s, %d flows: open after %d ms%n", table.origin(), table.size(), openMs);
        }
    }
}
