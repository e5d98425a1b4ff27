package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Workers that choose at once, while the flow table says nothing. */
class LoadedConcurrencyTest {
    private static final int WORKERS = 4;
    private static final int CHOICES = 60_000;
    private static final int[] WEIGHTS = {1, 2, 3, 4, 0, 10};
    private static final long SEED = 7;
    private static final int LAG = 200;

    private static void run(Scheduler scheduler) throws Exception {
        inParallel(() -> {
            for (int i = 0; i < CHOICES; i++) {
                scheduler.choose(i);
            }
        });
    }

    private static void inParallel(Runnable work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
        CyclicBarrier start = new CyclicBarrier(WORKERS);
        List<Future<?>> running = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            running.add(pool.submit(() -> {
                start.await();
                work.run();
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        pool.shutdown();
    }

    private static long spread(long[] flows) {
        return Arrays.stream(flows).max().orElseThrow()
                - Arrays.stream(flows).min().orElseThrow();
    }

    /** Each worker may be on its way with one choice that the others do not know of. */
    @Test
    void shouldSpreadEvenlyByLeastConnections() throws Exception {
        Servers servers = new Servers(12);

        run(LeastConnections.of(servers.loads, Servers.equal(12), servers::nowNs, SEED));

        System.out.println("lc, four workers: " + Arrays.toString(servers.flows()));
        assertThat(Arrays.stream(servers.flows()).sum()).isEqualTo(WORKERS * CHOICES);
        assertThat(spread(servers.flows())).isLessThanOrEqualTo(2 * WORKERS);
    }

    /** Each flow is in the table two hundred choices late, as after a round trip: by the table alone a worker sends so many in a row to one. */
    @Test
    void shouldSpreadEvenlyWhileTheTableIsTold() throws Exception {
        Servers servers = new Servers(12);
        LeastConnections least = LeastConnections.of(servers.loads, Servers.equal(12));

        inParallel(() -> {
            Queue<Integer> underWay = new ArrayDeque<>();
            for (int i = 0; i < CHOICES; i++) {
                underWay.add(least.choose(i));
                if (underWay.size() > LAG) {
                    servers.inTable[underWay.remove()].incrementAndGet();
                }
            }
            underWay.forEach(server -> servers.inTable[server].incrementAndGet());
        });

        long[] flows = Arrays.stream(servers.inTable).mapToLong(AtomicLong::get).toArray();
        System.out.println("lc, four workers, written late: " + Arrays.toString(flows));
        assertThat(Arrays.stream(flows).sum()).isEqualTo(WORKERS * CHOICES);
        assertThat(spread(flows)).isLessThan(LAG / 4);
    }

    @Test
    void shouldSpreadByWeightByWeightedLeastConnections() throws Exception {
        Servers servers = new Servers(WEIGHTS.length);

        run(LeastConnections.of(servers.loads, WEIGHTS, servers::nowNs, SEED));

        assertByWeight(servers, 2 * WORKERS);
    }

    @Test
    void shouldSpreadByWeightByTwoChoices() throws Exception {
        Servers servers = new Servers(WEIGHTS.length);

        run(PowerOfTwo.of(servers.loads, WEIGHTS, servers::nowNs, SEED));

        assertByWeight(servers, 400);
    }

    private static void assertByWeight(Servers servers, int within) {
        long[] flows = servers.flows();
        System.out.println("by weight, four workers: " + Arrays.toString(flows));
        assertThat(Arrays.stream(flows).sum()).isEqualTo(WORKERS * CHOICES);
        for (int i = 0; i < WEIGHTS.length; i++) {
            long share = (long) WORKERS * CHOICES * WEIGHTS[i] / 20;
            assertThat(Math.abs(flows[i] - share)).as("weight %d", WEIGHTS[i]).isLessThanOrEqualTo(within + WEIGHTS[i]);
        }
    }
}
