package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.service.WhenAllDown;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlowStartTest {
    private final SlowStart slowStart = new SlowStart();
    private ServiceTable inForce = ServiceTable.EMPTY;

    @Test
    void shouldGrowInAStraightLineWhenABackendIsAdded() {
        publish(0, service(one()), Set.of());
        publish(1_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(1)).isEqualTo(100);
        assertThat(slowStart.sharePercent(2)).isEqualTo(1);
        int[] shares = new int[5];
        for (int i = 0; i < shares.length; i++) {
            publish(3_000 + 2_000L * i, service(two(BackendState.UP)), Set.of());
            shares[i] = slowStart.sharePercent(2);
        }
        assertThat(shares).containsExactly(20, 40, 60, 80, 100);
    }

    @Test
    void shouldBeDueOnlyWhenAShareIsAnother() {
        publish(0, service(one()), Set.of());
        publish(1_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.isDue(1_400)).isFalse();
        assertThat(slowStart.isDue(1_500)).isTrue();
        publish(11_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.isDue(60_000)).isFalse();
    }

    @Test
    void shouldBeginAnewWhenABackendRecovers() {
        publish(0, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(2))
                .as("a new service starts as it is")
                .isEqualTo(100);
        publish(1_000, service(two(BackendState.UP)), Set.of(2));
        publish(5_000, service(two(BackendState.UP)), Set.of());
        publish(7_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(2)).isEqualTo(20);
        publish(8_000, service(two(BackendState.UP)), Set.of(2));
        publish(9_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(2)).isEqualTo(1);
    }

    @Test
    void shouldBeginWhenItsOperatorTakesABackendBack() {
        publish(0, service(two(BackendState.DRAINING)), Set.of());
        publish(1_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(2)).isEqualTo(1);
    }

    @Test
    void shouldStartAsItIsWhenAllBeginTogether() {
        publish(0, service(two(BackendState.UP)), Set.of(1, 2));
        publish(1_000, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(1)).isEqualTo(100);
        assertThat(slowStart.sharePercent(2)).isEqualTo(100);
    }

    /** As a new service's backends do when their first checks pass, in no order. */
    @Test
    void shouldNotPreferTheFirstOfThoseWhoBeginOneAfterAnother() {
        publish(0, service(two(BackendState.UP)), Set.of(1, 2));
        publish(1_000, service(two(BackendState.UP)), Set.of(1));
        publish(1_020, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(1)).isEqualTo(slowStart.sharePercent(2));
        publish(6_100, service(two(BackendState.UP)), Set.of());
        assertThat(slowStart.sharePercent(1)).isEqualTo(50);
        assertThat(slowStart.sharePercent(2)).isEqualTo(50);
    }

    @Test
    void shouldNotPreferTheFirstWhoRecoversWhereAllWereDownAndTheServiceStayedOpen() {
        ServiceSpec open = two(BackendState.UP)
                .availability(WhenAllDown.OPEN, Duration.ofSeconds(10))
                .spec();
        publish(0, open, Set.of());
        publish(1_000, open, Set.of(1, 2));
        publish(2_000, open, Set.of(2));
        publish(2_020, open, Set.of());
        assertThat(slowStart.sharePercent(1)).isEqualTo(slowStart.sharePercent(2));
    }

    @Test
    void shouldLeaveABackupAloneThatWaitsForItsTurn() {
        ServiceSpec service = service(one().backup(2, "10.2.0.19", 1));
        publish(0, service, Set.of());
        publish(1_000, service, Set.of());
        assertThat(slowStart.sharePercent(2)).isEqualTo(100);
        assertThat(slowStart.isDue(60_000)).isFalse();
    }

    @Test
    void shouldForgetWhatIsRemoved() {
        publish(0, service(one()), Set.of());
        publish(1_000, service(two(BackendState.UP)), Set.of());
        publish(2_000, service(one()), Set.of());
        assertThat(slowStart.isDue(6_000)).isFalse();
        assertThat(slowStart.sharePercent(2)).isEqualTo(100);
    }

    private static Specs one() {
        return Specs.service("web").backend(1, "10.2.0.11", 1);
    }

    private static Specs two(BackendState second) {
        return one().backend(2, "10.2.0.12", 1, second);
    }

    private static ServiceSpec service(Specs specs) {
        return specs.availability(WhenAllDown.CLOSED, Duration.ofSeconds(10)).spec();
    }

    private void publish(long nowMs, ServiceSpec service, Set<Integer> down) {
        slowStart.see(List.of(service), id -> !down.contains(id), nowMs);
        inForce = ServiceTable.compile(
                new Configured(List.of(service), List.of()),
                inForce,
                new Surroundings(
                        address -> new NextHopSlot(),
                        1,
                        Set.of(),
                        FlowTimeouts.DEFAULT,
                        id -> new Condition(!down.contains(id), slowStart.sharePercent(id)),
                        id -> () -> 0));
    }
}
