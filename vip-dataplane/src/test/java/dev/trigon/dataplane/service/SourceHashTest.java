package dev.trigon.dataplane.service;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How clients are shared out by their addresses, and who moves when servers come and go. */
class SourceHashTest {
    private static final int CLIENTS = 200_000;
    /** In a row, as those of a provider are. */
    private static final int FIRST_CLIENT = 0x0A00_0000;

    private static final int BACKENDS = 20;
    private static final double SIGMAS = 6;
    /** What Maglev's slots are even to. */
    private static final double UNEVEN = 0.01;

    private static int[] equal() {
        int[] weights = new int[BACKENDS];
        Arrays.fill(weights, 100);
        return weights;
    }

    /** Which backend each client gets of those with these weights, by their places in the list. */
    private static int[] place(int... weights) {
        Specs specs = service("web").scheduler(SchedulerKind.SH);
        for (int i = 0; i < weights.length; i++) {
            specs.backend(i + 1, "10.2.0." + (11 + i), weights[i]);
        }
        ServiceTable table = Tables.compile(List.of(specs.spec()), null, a -> new NextHopSlot(), 1, Set.of());
        Service service = table.services().iterator().next();
        int[] placed = new int[CLIENTS];
        FlowKey flow = new FlowKey();
        for (int i = 0; i < CLIENTS; i++) {
            long client = IpAddress.mapped(FIRST_CLIENT + i);
            Backend backend = service.choose(flow.set(0, client, 0, IpAddress.mapped(1), FlowKey.TCP, i, 80));
            assertThat(backend).isNotNull();
            placed[i] = backend.id() - 1;
        }
        return placed;
    }

    @Test
    void shouldShareClientsOutByWeight() {
        int[] weights = equal();
        weights[3] = 300;
        weights[4] = 0;
        double sum = Arrays.stream(weights).sum();
        int[] had = new int[BACKENDS];
        for (int backend : place(weights)) {
            had[backend]++;
        }
        for (int i = 0; i < BACKENDS; i++) {
            double share = CLIENTS * weights[i] / sum;
            assertThat(Math.abs(had[i] - share))
                    .as("backend %d of weight %d has %d", i, weights[i], had[i])
                    .isLessThanOrEqualTo(SIGMAS * Math.sqrt(share) + UNEVEN * share);
        }
    }

    /** Of the others' clients a few move where two permutations meet in another turn: section 5.3 of Maglev's paper. */
    @Test
    void shouldMoveTheClientsOfTheOneThatLeavesAndFewOthers() {
        int[] before = place(equal());
        double worst = 0;
        for (int leaving = 0; leaving < BACKENDS; leaving++) {
            int[] weights = equal();
            weights[leaving] = 0;
            int[] after = place(weights);
            int moved = 0;
            for (int i = 0; i < CLIENTS; i++) {
                assertThat(after[i]).isNotEqualTo(leaving);
                moved += before[i] != leaving && before[i] != after[i] ? 1 : 0;
            }
            worst = Math.max(worst, (double) moved / CLIENTS);
        }
        System.out.printf(
                "sh: one of %d leaves: %.2f %% of all clients move needlessly, at worst%n", BACKENDS, 100 * worst);
        assertThat(worst).isLessThan(0.02);
    }

    @Test
    void shouldMoveFewClientsWhenAWeightChanges() {
        int[] before = place(equal());
        int[] weights = equal();
        weights[0] = 50;
        int[] after = place(weights);

        int moved = 0;
        for (int i = 0; i < CLIENTS; i++) {
            moved += before[i] == after[i] ? 0 : 1;
        }
        double share = (double) moved / CLIENTS;
        System.out.printf("sh: one of %d weighs half: %.2f %% of all clients move%n", BACKENDS, 100 * share);
        // half of a twentieth must
        assertThat(share).isBetween(0.024, 0.08);
    }
}
