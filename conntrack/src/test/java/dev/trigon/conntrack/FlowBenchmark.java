package dev.trigon.conntrack;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Prints what the operations of the packet path cost, in nanoseconds: the median of the rounds, the least and the most.
 * Keys are met in random order. To be run on an idle machine; no test depends on it.
 */
final class FlowBenchmark {
    private static final int ROUNDS = 7;
    private static final int OPERATIONS = 1_000_000;
    private static final long NOW_MS = 1_800_000_000_000L;

    private final int flows;
    private final boolean ipv6;
    private final FlowKey key = new FlowKey();
    private final int[] order = new int[OPERATIONS];

    private FlowBenchmark(int flows, boolean ipv6) {
        this.flows = flows;
        this.ipv6 = ipv6;
        SplittableRandom random = new SplittableRandom(flows);
        for (int i = 0; i < OPERATIONS; i++) {
            order[i] = random.nextInt(flows);
        }
    }

    public static void main(String[] args) throws Exception {
        System.out.println("family | flows | what | ns median | min | max");
        for (int flows : new int[] {1_000, 20_000, 100_000, 1_000_000}) {
            new FlowBenchmark(flows, false).run();
            new FlowBenchmark(flows, true).run();
        }
    }

    private void run() throws Exception {
        try (FlowTable table = FlowTable.inMemory(2L * flows);
                FlowCache usual = new FlowCache(table, FlowCache.DEFAULT_ENTRIES, FlowTimeouts.DEFAULT);
                FlowCache large = new FlowCache(table, 1 << 21, FlowTimeouts.DEFAULT)) {
            FlowRecord flow = new FlowRecord();
            for (int i = 0; i < flows; i++) {
                table.put(key(i), flow.set(i & 15, FlowState.ESTABLISHED, NOW_MS));
            }
            measure("lookup and touch, cache of 65,536", i -> packet(usual, i));
            System.out.printf(
                    Locale.ROOT,
                    "%s | %9d | hit rate %.4f%n",
                    family(),
                    flows,
                    usual.hits() / (double) (usual.hits() + usual.misses()));
            measure("lookup and touch, cache larger than the flows", i -> packet(large, i));
            measure("find in the table", i -> {
                if (!table.find(key(i), flow)) {
                    throw new IllegalStateException("no " + i);
                }
            });
            measure(
                    "update in the table",
                    i -> table.update(key(i), flow.set(i & 15, FlowState.ESTABLISHED, NOW_MS, 1, 100)));
            measure("find nothing in the table", i -> table.find(key(~i), flow));
            creations(table, usual);
            expirySteps(table);
        }
    }

    private void packet(FlowCache cache, int i) {
        int slot = cache.lookup(key(i), FlowTimeouts.DEFAULT, NOW_MS);
        cache.touch(slot, 100, NOW_MS);
    }

    private FlowKey key(int i) {
        return ipv6 ? Keys.setIpv6(key, i, i) : Keys.setIpv4(key, i, i);
    }

    private String family() {
        return ipv6 ? "IPv6" : "IPv4";
    }

    /** Each round creates as many flows as there are, and removes them again off the clock. */
    private void creations(FlowTable table, FlowCache cache) {
        FlowRecord flow = new FlowRecord();
        long[] ns = new long[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < flows; i++) {
                cache.create(key(~i), 3, FlowState.UDP, NOW_MS);
            }
            if (round >= 0) {
                ns[round] = (System.nanoTime() - startNs) / flows;
            }
            cache.writeAll();
            for (int i = 0; i < flows; i++) {
                table.remove(key(~i), flow);
            }
        }
        print("create, through the cache", ns);
    }

    private void expirySteps(FlowTable table) {
        long[] ns = new long[10 * table.expirySteps()];
        for (int step = 0; step < ns.length; step++) {
            long startNs = System.nanoTime();
            table.expireNext(NOW_MS, id -> FlowTimeouts.DEFAULT);
            ns[step] = System.nanoTime() - startNs;
        }
        print("an expiry step that removes nothing", ns);
        for (int step = 0; step < table.expirySteps(); step++) {
            long startNs = System.nanoTime();
            table.expireNext(NOW_MS + 10_000_000, id -> FlowTimeouts.DEFAULT);
            ns[step] = System.nanoTime() - startNs;
        }
        print("an expiry step that removes everything", Arrays.copyOf(ns, table.expirySteps()));
    }

    private interface Operation {
        void run(int flow);
    }

    private void measure(String what, Operation operation) {
        long[] ns = new long[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < OPERATIONS; i++) {
                operation.run(order[i]);
            }
            if (round >= 0) {
                ns[round] = (System.nanoTime() - startNs) / OPERATIONS;
            }
        }
        print(what, ns);
    }

    private void print(String what, long[] ns) {
        Arrays.sort(ns);
        System.out.printf(
                "%s | %9d | %s | %d | %d | %d%n", family(), flows, what, ns[ns.length / 2], ns[0], ns[ns.length - 1]);
    }
}
