package dev.trigon.dataplane.engine;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.AffinityScope;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AffinityUpkeepTest {
    private static final long START_MS = 1_800_000_000_000L;
    private static final InetAddress VIP = Specs.address("203.0.113.10");
    private static final InetAddress CLIENT = Specs.address("198.51.100.7");
    private static final InetAddress NEIGHBOUR = Specs.address("198.51.100.8");
    private static final long MINUTE_MS = 60_000;

    private final FlowTable flows = FlowTable.inMemory(2_000);
    private final FlowTable clients = FlowTable.inMemory(2_000);
    private final Affinities affinities = new Affinities(clients);
    private long nowMs = START_MS;
    private ServiceTable services = ServiceTable.EMPTY;
    private final AffinityUpkeep upkeep = new AffinityUpkeep(flows, clients, () -> services, () -> nowMs);

    @AfterEach
    void close() throws Exception {
        upkeep.close();
        flows.close();
        clients.close();
    }

    private void serve(Specs... specs) {
        services = Tables.compile(
                Arrays.stream(specs).map(Specs::spec).toList(), services, a -> new NextHopSlot(), 1, Set.of());
    }

    private static Specs web(Duration affinity) {
        return web(affinity, 32, null);
    }

    private static Specs web(Duration affinity, int prefix, @Nullable String group) {
        return service("web").backend(1, "10.0.0.1", 1).affinity(new Affinity(affinity, prefix, 128, group));
    }

    private static FlowKey flow(InetAddress client, int port) {
        return new FlowKey()
                .set(
                        IpAddress.high(client),
                        IpAddress.low(client),
                        IpAddress.high(VIP),
                        IpAddress.low(VIP),
                        FlowKey.TCP,
                        40_000,
                        port);
    }

    private void put(FlowKey key, int backendId, FlowState state) {
        flows.put(key, new FlowRecord().set(backendId, state, nowMs, 5, 500));
    }

    private AffinityScope scope() {
        return services.services().iterator().next().affinity();
    }

    private FlowKey key(InetAddress client) {
        return scope().keyOf(IpAddress.high(client), IpAddress.low(client), new FlowKey());
    }

    private int backendOf(InetAddress client) {
        return affinities.backendOf(key(client), scope().timeMs(), nowMs);
    }

    /** Time goes by, as the thread would see it: a second at a time. */
    private void pass(long ms) {
        for (long untilMs = nowMs + ms; nowMs < untilMs; nowMs += 1_000) {
            upkeep.tend();
        }
    }

    @Test
    void shouldKeepAClientForItsTimeAfterItsLastFlowIsGone() {
        serve(web(Duration.ofMinutes(1)));
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        put(flow(CLIENT, 80), 1, FlowState.ESTABLISHED);

        pass(10 * MINUTE_MS);
        assertThat(backendOf(CLIENT)).as("the flow goes on, idle").isEqualTo(1);

        flows.remove(flow(CLIENT, 80), new FlowRecord());
        pass(MINUTE_MS - 16_000);
        assertThat(backendOf(CLIENT)).as("since the last look").isEqualTo(1);
        pass(16_000);
        assertThat(backendOf(CLIENT)).isEqualTo(Affinities.NONE);
        pass(MINUTE_MS);
        assertThat(clients.size()).isZero();
    }

    @Test
    void shouldCountFromWhenTheFlowWasClosed() {
        serve(web(Duration.ofMinutes(1)));
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        nowMs += 50_000;
        put(flow(CLIENT, 80), 1, FlowState.CLOSING);
        put(flow(NEIGHBOUR, 80), 1, FlowState.CLOSED);

        pass(MINUTE_MS - 1_000);
        assertThat(backendOf(CLIENT)).isEqualTo(1);
        assertThat(backendOf(NEIGHBOUR)).isEqualTo(1);
        pass(1_000);
        assertThat(backendOf(CLIENT)).isEqualTo(Affinities.NONE);
        assertThat(backendOf(NEIGHBOUR)).isEqualTo(Affinities.NONE);
        pass(MINUTE_MS);
        assertThat(clients.size()).as("they are not taken up again").isZero();
    }

    @Test
    void shouldHoldAClientThatHasAFlowHoweverShortItsTime() {
        serve(web(Duration.ofSeconds(1)));
        put(flow(CLIENT, 80), 1, FlowState.UDP);

        for (int i = 0; i < 60; i++) {
            pass(1_000);
            assertThat(backendOf(CLIENT)).as("after %d s", i).isEqualTo(1);
        }
        flows.remove(flow(CLIENT, 80), new FlowRecord());
        pass(12_000);
        assertThat(backendOf(CLIENT)).isEqualTo(Affinities.NONE);
    }

    @Test
    void shouldLookFourTimesWithinTheShortestAffinity() {
        serve(
                web(Duration.ofMinutes(10)),
                service("other")
                        .ports(new PortRange(81, 81))
                        .backend(2, "10.0.0.1", 1)
                        .affinity(new Affinity(Duration.ofMinutes(1), 32, 128, null)));
        assertThat(upkeep.tend()).isTrue();

        nowMs += 14_999;
        assertThat(upkeep.tend()).isFalse();
        nowMs += 1;
        assertThat(upkeep.tend()).isTrue();

        serve(web(Duration.ofSeconds(1)));
        nowMs += 4_999;
        assertThat(upkeep.tend()).isFalse();
        nowMs += 1;
        assertThat(upkeep.tend()).isTrue();
    }

    @Test
    void shouldLookEveryTwentySecondsHoweverLongTheAffinity() {
        serve(web(Duration.ofDays(7)));
        assertThat(upkeep.tend()).isTrue();

        nowMs += 19_999;
        assertThat(upkeep.tend()).isFalse();
        nowMs += 1;
        assertThat(upkeep.tend()).isTrue();
    }

    @Test
    void shouldForgetAClientWithinAMinuteOfItsEndHoweverLongOthersAre() {
        serve(web(Duration.ofDays(7)));
        upkeep.tend();
        for (int i = 0; i < 500; i++) {
            FlowKey other = flow(NEIGHBOUR, 1 + i);
            affinities.remember(other, 1, MINUTE_MS, nowMs);
        }

        pass(MINUTE_MS);
        assertThat(clients.size()).isEqualTo(500);
        pass(MINUTE_MS);
        assertThat(clients.size()).isZero();
    }

    /** vipd was down for longer than the affinity, and has its services only now: the flow went on all the time. */
    @Test
    void shouldDoNothingBeforeServicesAreInForce() {
        serve(web(Duration.ofMinutes(1)));
        ServiceTable configured = services;
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        affinities.remember(key(NEIGHBOUR), 1, MINUTE_MS, nowMs);
        put(flow(CLIENT, 80), 2, FlowState.ESTABLISHED);
        services = ServiceTable.EMPTY;
        nowMs += 5 * MINUTE_MS;

        assertThat(upkeep.tend()).isFalse();
        pass(2 * MINUTE_MS);
        assertThat(clients.size()).isEqualTo(2);

        services = configured;
        assertThat(upkeep.tend()).as("the look that the empty table was not").isTrue();
        assertThat(backendOf(CLIENT)).isEqualTo(1);
        pass(MINUTE_MS);
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void shouldGoOnForgettingWhenTheLastServiceIsGone() {
        serve(web(Duration.ofMinutes(1)));
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        upkeep.tend();
        services = ServiceTable.EMPTY;

        pass(2 * MINUTE_MS);

        assertThat(clients.size()).isZero();
    }

    @Test
    void shouldMakeRoomInAFullTableAndKeepClientsThatHaveFlows() {
        serve(web(Duration.ofDays(7)));
        FlowKey live = key(CLIENT);
        put(flow(CLIENT, 80), 1, FlowState.ESTABLISHED);
        affinities.remember(live, 1, scope().timeMs(), nowMs);
        for (int i = 0; i < 1_999; i++) {
            affinities.remember(flow(NEIGHBOUR, 1 + i), 1, scope().timeMs(), nowMs);
        }
        upkeep.tend();

        nowMs += Duration.ofHours(83).toMillis();
        pass(MINUTE_MS);
        assertThat(clients.size()).isEqualTo(2_000);

        nowMs += Duration.ofHours(1).toMillis();
        pass(15_000);
        assertThat(clients.isPressed()).isFalse();
        assertThat(clients.size()).isGreaterThan(1_600);
        assertThat(backendOf(CLIENT)).isEqualTo(1);
    }

    @Test
    void shouldCloseWithoutHavingStarted() {
        upkeep.close();
        upkeep.start();
        upkeep.start();

        assertThat(clients.size()).isZero();
    }

    @Test
    void shouldLeaveOtherServicesAndClientsAlone() {
        serve(
                web(Duration.ofMinutes(1)),
                service("plain").ports(new PortRange(81, 81)).backend(2, "10.0.0.1", 1));
        put(flow(CLIENT, 81), 2, FlowState.ESTABLISHED);
        put(flow(CLIENT, 82), 2, FlowState.ESTABLISHED);
        put(flow(NEIGHBOUR, 80), 1, FlowState.ESTABLISHED);

        pass(2_000);

        assertThat(backendOf(CLIENT)).isEqualTo(Affinities.NONE);
        assertThat(backendOf(NEIGHBOUR)).isEqualTo(1);
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void shouldKeepAGroupsAndAPrefixsClientByAnyOfTheirFlows() {
        serve(
                web(Duration.ofMinutes(1), 24, "shop"),
                service("cart")
                        .ports(new PortRange(81, 81))
                        .backend(2, "10.0.0.1", 1)
                        .affinity(new Affinity(Duration.ofMinutes(1), 24, 128, "shop")));
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        put(flow(NEIGHBOUR, 81), 2, FlowState.ESTABLISHED);

        pass(5 * MINUTE_MS);

        assertThat(backendOf(CLIENT)).as("as it was placed").isEqualTo(1);
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void shouldForgetClientsWhenNoServiceHasAffinityAnyMore() {
        serve(web(Duration.ofMinutes(1)));
        affinities.remember(key(CLIENT), 1, MINUTE_MS, nowMs);
        put(flow(CLIENT, 80), 1, FlowState.ESTABLISHED);
        serve(service("web").backend(1, "10.0.0.1", 1));

        pass(2 * MINUTE_MS);

        assertThat(clients.size()).isZero();
    }

    @Test
    void shouldDoItInAThreadOfItsOwn() throws Exception {
        services =
                Tables.compile(List.of(web(Duration.ofMinutes(1)).spec()), null, a -> new NextHopSlot(), 1, Set.of());
        put(flow(CLIENT, 80), 1, FlowState.ESTABLISHED);

        try (AffinityUpkeep running = new AffinityUpkeep(flows, clients, () -> services, () -> START_MS)) {
            running.start();
            for (int i = 0; i < 500 && clients.size() == 0; i++) {
                Thread.sleep(20);
            }
        }

        assertThat(backendOf(CLIENT)).isEqualTo(1);
    }
}
