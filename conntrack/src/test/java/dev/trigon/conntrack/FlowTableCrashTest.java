package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.CrashVictim.Told;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FlowTableCrashTest {
    /** More by {@code -Dcrash.rounds}. */
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);

    private static final long LONGEST_OPEN_MS = 20_000;

    /** No victim's. With it the file is not empty, and goes on to the next. */
    private static final FlowKey STAYS = Keys.ipv4(1, 1);

    @TempDir
    Path directory;

    @Test
    void shouldLoseNoFlowToAKill() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            Files.deleteIfExists(directory.resolve("progress"));
            ByteBuffer progress = CrashVictim.map(directory);
            killSomewhere(round, progress, random);

            long startNs = System.nanoTime();
            try (FlowTable table = FlowTable.open(directory, CrashVictim.MAX_FLOWS)) {
                long openMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                System.out.printf("round %d: %d flows, opened in %d ms%n", round, table.size(), openMs);
                assertThat(openMs).isLessThan(LONGEST_OPEN_MS);
                assertThat(table.origin()).isEqualTo(FlowTable.Origin.RECOVERED);
                assertThat(table.remove(STAYS, new FlowRecord())).isEqualTo(round > 0);
                assertThat(table.setAside()).isNull();
                for (int thread = 0; thread < CrashVictim.THREADS; thread++) {
                    checkFlows(table, progress, round, thread);
                }
                checkCounts(table);
                clear(table);
                assertThat(table.size()).isZero();
                table.put(STAYS, new FlowRecord().set(1, FlowState.UDP, 1));
            }
            if (random.nextBoolean()) {
                Files.delete(directory.resolve("flows.clean"));
            }
        }
    }

    private void killSomewhere(int round, ByteBuffer progress, Random random) throws Exception {
        Process victim = new ProcessBuilder(command(round))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("victim.log").toFile())
                .start();
        try {
            int enough = CrashVictim.WINDOW + random.nextInt(50_000);
            while (CrashVictim.told(progress, 0, Told.PUT) < enough) {
                assertThat(victim.isAlive())
                        .as(() -> "the victim lives: " + log())
                        .isTrue();
                Thread.sleep(1); // the victim needs the cores
            }
        } finally {
            victim.destroyForcibly();
            assertThat(victim.waitFor()).isEqualTo(128 + 9);
        }
    }

    private List<String> command(int round) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add") || argument.startsWith("--enable-native"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CrashVictim.class.getName()));
        command.addAll(List.of(directory.toString(), Integer.toString(round)));
        return command;
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("victim.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void checkFlows(FlowTable table, ByteBuffer progress, int round, int thread) {
        FlowRecord flow = new FlowRecord();
        FlowKey key = new FlowKey();
        long put = CrashVictim.told(progress, thread, Told.PUT);
        for (long i = CrashVictim.told(progress, thread, Told.REMOVING); i < put; i++) {
            assertThat(table.find(CrashVictim.set(key, round, thread, i), flow))
                    .as("flow %d of %d", i, put)
                    .isTrue();
            assertThat(flow.backendId()).isEqualTo(CrashVictim.backend(i));
            assertThat(flow.state()).isIn(FlowState.ESTABLISHED, FlowState.CLOSING);
        }
        for (long i = 0; i < CrashVictim.told(progress, thread, Told.REMOVED); i++) {
            assertThat(table.find(CrashVictim.set(key, round, thread, i), flow))
                    .as("removed flow %d", i)
                    .isFalse();
        }
    }

    private static void checkCounts(FlowTable table) {
        long[] byBackend = new long[32];
        table.forEach(flow -> {
            assertThat(flow.backendId()).isEqualTo(CrashVictim.backend(Keys.number(flow.key())));
            byBackend[flow.backendId()]++;
        });
        long sum = 0;
        for (int backend = 0; backend < byBackend.length; backend++) {
            assertThat(table.activeFlows(backend)).isEqualTo(byBackend[backend]);
            sum += byBackend[backend];
        }
        assertThat(table.size()).isEqualTo(sum);
    }

    private static void clear(FlowTable table) {
        FlowRecord scratch = new FlowRecord();
        table.forEach(flow -> assertThat(table.remove(flow.key(), scratch)).isTrue());
    }
}
