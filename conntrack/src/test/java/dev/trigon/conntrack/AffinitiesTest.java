package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AffinitiesTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long TIME_MS = 60_000;
    private static final int MAX_CLIENTS = 2_000;

    private final FlowTable clients = FlowTable.inMemory(MAX_CLIENTS);
    private final Affinities affinities = new Affinities(clients);
    private final FlowRecord record = new FlowRecord();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    /** As the keys of a service's clients are: of no protocol. */
    private static FlowKey client(int number) {
        return (number & 1) == 0
                ? new FlowKey().set(0, Keys.MAPPED | number, 0, Keys.MAPPED | Keys.VIP, 0, FlowKey.TCP, 80)
                : new FlowKey().set(Keys.CLIENTS_HIGH, number, Keys.VIPS_HIGH, 0x10, 0, FlowKey.TCP, 80);
    }

    @Test
    void shouldKnowAClientsBackendForItsTimeAndNoLonger() {
        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS)).isEqualTo(Affinities.NONE);

        assertThat(affinities.remember(client(1), 7, TIME_MS, NOW_MS)).isTrue();

        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS + TIME_MS - 1))
                .isEqualTo(7);
        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS + TIME_MS)).isEqualTo(Affinities.NONE);
        assertThat(affinities.backendOf(client(2), TIME_MS, NOW_MS)).isEqualTo(Affinities.NONE);
        assertThat(affinities.backendOf(client(3), TIME_MS, NOW_MS)).isEqualTo(Affinities.NONE);
    }

    @Test
    void shouldBeReadByTheTimeThatIsConfiguredNow() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);

        assertThat(affinities.backendOf(client(1), 1_000, NOW_MS + 1_000)).isEqualTo(Affinities.NONE);
        assertThat(affinities.backendOf(client(1), 2 * TIME_MS, NOW_MS + TIME_MS))
                .isEqualTo(7);
    }

    @Test
    void shouldGoWithTheBackendOfTheLastFlow() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);
        affinities.remember(client(1), 8, TIME_MS, NOW_MS + 1);

        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS + 2)).isEqualTo(8);
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void shouldNotWriteWithEveryFlowOfABusyClient() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);

        affinities.remember(client(1), 7, TIME_MS, NOW_MS + 1_999);
        assertThat(seenMs(1)).isEqualTo(NOW_MS);
        affinities.remember(client(1), 7, TIME_MS, NOW_MS + 2_000);
        assertThat(seenMs(1)).isEqualTo(NOW_MS + 2_000);
    }

    @Test
    void shouldLagLessWhereTheTimeIsShort() {
        affinities.remember(client(1), 7, 800, NOW_MS);

        affinities.remember(client(1), 7, 800, NOW_MS + 99);
        assertThat(seenMs(1)).isEqualTo(NOW_MS);
        affinities.remember(client(1), 7, 800, NOW_MS + 100);
        assertThat(seenMs(1)).isEqualTo(NOW_MS + 100);
    }

    @Test
    void shouldTakeOverAnotherTimeAtOnce() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);
        affinities.remember(client(1), 7, 2 * TIME_MS, NOW_MS + 1);
        affinities.remember(client(2), 7, 2 * TIME_MS, NOW_MS);
        affinities.extend(client(2), 7, TIME_MS, NOW_MS);

        assertThat(expireAll(NOW_MS + TIME_MS)).isEqualTo(1);
        assertThat(affinities.backendOf(client(1), 2 * TIME_MS, NOW_MS + TIME_MS))
                .isEqualTo(7);
    }

    @Test
    void shouldForgetEachClientAfterItsOwnTime() {
        for (int i = 0; i < 300; i++) {
            affinities.remember(client(i), 1 + i % 3, (1 + i % 3) * TIME_MS, NOW_MS);
        }

        assertThat(expireAll(NOW_MS + TIME_MS - 1)).isZero();
        assertThat(expireAll(NOW_MS + TIME_MS)).isEqualTo(100);
        assertThat(expireAll(NOW_MS + 2 * TIME_MS)).isEqualTo(100);
        assertThat(clients.activeFlows(3)).isEqualTo(100);
        assertThat(expireAll(NOW_MS + 3 * TIME_MS)).isEqualTo(100);
        assertThat(clients.size()).isZero();
    }

    @Test
    void shouldKeepAClientWhoseFlowsGoOn() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);

        assertThat(affinities.extend(client(1), 8, TIME_MS, NOW_MS + 50_000)).isTrue();

        assertThat(expireAll(NOW_MS + 109_999)).isZero();
        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS + 109_999))
                .as("of the last new flow, not of the one that goes on")
                .isEqualTo(7);
        assertThat(expireAll(NOW_MS + 110_000)).isEqualTo(1);
    }

    @Test
    void shouldNotShortenWhatAnotherFlowExtended() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);

        affinities.extend(client(1), 7, TIME_MS, NOW_MS - 1_000);

        assertThat(seenMs(1)).isEqualTo(NOW_MS);
    }

    @Test
    void shouldTakeUpAClientThatHasFlowsAlready() {
        assertThat(affinities.extend(client(1), 9, TIME_MS, NOW_MS)).isTrue();

        assertThat(affinities.backendOf(client(1), TIME_MS, NOW_MS)).isEqualTo(9);
    }

    @Test
    void shouldSayWhenItIsFullAndGoOnWithThoseItKnows() {
        for (int i = 0; i < MAX_CLIENTS; i++) {
            assertThat(affinities.remember(client(i), 1, TIME_MS, NOW_MS)).isTrue();
        }

        assertThat(affinities.remember(client(MAX_CLIENTS), 1, TIME_MS, NOW_MS)).isFalse();
        assertThat(affinities.extend(client(MAX_CLIENTS), 1, TIME_MS, NOW_MS)).isFalse();
        assertThat(affinities.backendOf(client(MAX_CLIENTS), TIME_MS, NOW_MS)).isEqualTo(Affinities.NONE);
        assertThat(affinities.remember(client(0), 2, TIME_MS, NOW_MS)).isTrue();
        assertThat(clients.size()).isEqualTo(MAX_CLIENTS);
    }

    @Test
    void shouldForgetThoseLongestWithoutAFlowWhereTheTableIsNearlyFull() {
        for (int i = 0; i < MAX_CLIENTS; i++) {
            affinities.remember(client(i), 1, TIME_MS, i < MAX_CLIENTS / 2 ? NOW_MS : NOW_MS + 1);
        }

        assertThat(expireAll(NOW_MS + TIME_MS / 2 - 1)).isZero();
        int forgotten = expireAll(NOW_MS + TIME_MS / 2);

        assertThat(forgotten)
                .as("no more than is needed, and a piece of the table")
                .isBetween(126, 126 + 200);
        assertThat(expireAll(NOW_MS + TIME_MS - 1)).as("there is room now").isZero();
        for (int i = MAX_CLIENTS / 2; i < MAX_CLIENTS; i++) {
            assertThat(affinities.backendOf(client(i), TIME_MS, NOW_MS + TIME_MS / 2))
                    .isEqualTo(1);
        }
        assertThat(affinities.remember(client(MAX_CLIENTS), 1, TIME_MS, NOW_MS + TIME_MS / 2))
                .isTrue();
    }

    @Test
    void shouldShareWhatAnotherWorkerRemembered() {
        affinities.remember(client(1), 7, TIME_MS, NOW_MS);

        assertThat(new Affinities(clients).backendOf(client(1), TIME_MS, NOW_MS))
                .isEqualTo(7);
    }

    @Test
    void shouldSurviveARestartAndAKillBesideTheFlows() throws Exception {
        for (boolean killed : new boolean[] {false, true}) {
            try (FlowTable flows = FlowTable.open(directory, MAX_CLIENTS);
                    FlowTable kept = Affinities.openTable(directory, MAX_CLIENTS)) {
                new Affinities(kept).remember(client(1), 7, TIME_MS, NOW_MS);
                new Affinities(kept).remember(client(2), 8, TIME_MS, NOW_MS);
                assertThat(flows.size()).isZero();
            }
            assertThat(directory.resolve("affinity.dat")).exists();
            if (killed) {
                Files.delete(directory.resolve("affinity.clean"));
            }

            try (FlowTable kept = Affinities.openTable(directory, MAX_CLIENTS)) {
                assertThat(kept.origin()).isEqualTo(killed ? FlowTable.Origin.RECOVERED : FlowTable.Origin.CLEAN);
                assertThat(new Affinities(kept).backendOf(client(1), TIME_MS, NOW_MS + 1))
                        .isEqualTo(7);
                assertThat(new Affinities(kept).backendOf(client(2), TIME_MS, NOW_MS + 1))
                        .isEqualTo(8);
            }
        }
    }

    @Test
    void shouldNotAllocate() {
        FlowKey key = new FlowKey();

        assertThat(AllocationTest.allocated(i -> {
                    key.set(0, Keys.MAPPED | i % MAX_CLIENTS, 0, Keys.MAPPED | Keys.VIP, 0, FlowKey.TCP, 80);
                    affinities.backendOf(key, TIME_MS, NOW_MS + i);
                    affinities.remember(key, 1 + (int) (i & 1), TIME_MS, NOW_MS + i);
                    affinities.extend(key, 1, TIME_MS, NOW_MS + i);
                }))
                .isLessThan(AllocationTest.NOISE_OCTETS);
        assertThat(clients.size()).isEqualTo(MAX_CLIENTS);
    }

    private long seenMs(int number) {
        assertThat(clients.find(client(number), record)).isTrue();
        return record.lastSeenMs();
    }

    private int expireAll(long nowMs) {
        int expired = 0;
        for (int step = 0; step < affinities.expirySteps(); step++) {
            expired += affinities.expireNext(nowMs);
        }
        return expired;
    }
}
