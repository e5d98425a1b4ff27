package dev.trigon.dataplane.service;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.nexthop.NextHopSlot;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class VipTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int NONE = 0;

    private static Vip vip(Specs... services) {
        List<ServiceSpec> specs = Arrays.stream(services).map(Specs::spec).toList();
        return Tables.compile(specs, null, a -> new NextHopSlot(), 1, Set.of())
                .allVips()
                .get(0);
    }

    private static int steady(Vip vip, long hash) {
        Backend backend = vip.steady(hash);
        return backend == null ? NONE : backend.id();
    }

    @Test
    void shouldFindItsServicesByProtocolAndPort() {
        Vip vip = vip(
                service("web").ports(new PortRange(80, 80), new PortRange(443, 443)),
                service("ssh").ports(new PortRange(22, 22)),
                service("dns").udp().ports(new PortRange(53, 53)),
                service("media").udp().ports(new PortRange(10_000, 20_000)));

        Map<Integer, String> tcp = Map.of(80, "web", 443, "web", 22, "ssh", 53, "none", 10_000, "none");
        Map<Integer, String> udp = Map.of(53, "dns", 10_000, "media", 20_000, "media", 20_001, "none", 80, "none");
        tcp.forEach((port, name) ->
                assertThat(name(vip, TCP, port)).as("tcp %d", port).isEqualTo(name));
        udp.forEach((port, name) ->
                assertThat(name(vip, UDP, port)).as("udp %d", port).isEqualTo(name));
    }

    @Test
    void shouldHaveNoServiceForProtocolsWithoutPorts() {
        Vip vip = vip(
                service("all").ports(new PortRange(0, 65_535)),
                service("all-udp").udp().ports(new PortRange(0, 65_535)));

        for (int protocol : new int[] {0, ICMP, 2, 47, ICMPV6, 132, 255}) {
            assertThat(name(vip, protocol, 0)).as("protocol %d", protocol).isEqualTo("none");
        }
    }

    private static String name(Vip vip, int protocol, int port) {
        Service service = vip.service(protocol, port);
        return service == null ? "none" : service.spec().name();
    }

    private static Specs threeServers() {
        return service("web")
                .vip("2001:db8:f::10")
                .backend(1, "2001:db8:2::11", 1)
                .backend(2, "2001:db8:2::12", 50)
                .backend(3, "2001:db8:2::13", 65_535);
    }

    @Test
    void shouldAnswerSteadilyAndGiveEachBackendAShare() {
        Vip vip = vip(threeServers());

        Map<Integer, Integer> shares = new HashMap<>();
        for (long hash = 0; hash < 30_000; hash++) {
            assertThat(steady(vip, hash)).isEqualTo(steady(vip, hash));
            shares.merge(steady(vip, hash), 1, Integer::sum);
        }

        assertThat(shares).containsOnlyKeys(1, 2, 3);
        shares.values().forEach(share -> assertThat((double) share).isCloseTo(10_000, Percentage.withPercentage(5)));
    }

    @Test
    void shouldMoveOnlyWhatABackendHadThatTakesNoMoreFlows() {
        Vip before = vip(threeServers());
        Vip drained = vip(service("web")
                .vip("2001:db8:f::10")
                .backend(1, "2001:db8:2::11", 1)
                .backend(2, "2001:db8:2::12", 0)
                .backend(3, "2001:db8:2::13", 65_535));
        Vip removed = vip(service("web")
                .vip("2001:db8:f::10")
                .backend(1, "2001:db8:2::11", 1)
                .backend(3, "2001:db8:2::13", 65_535));

        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            assertThat(steady(drained, hash)).isEqualTo(steady(removed, hash)).isNotEqualTo(2);
            if (steady(before, hash) != 2) {
                assertThat(steady(drained, hash)).isEqualTo(steady(before, hash));
            }
        }
    }

    @Test
    void shouldNotDependOnTheOrderOfTheList() {
        Vip here = vip(service("web")
                .backend(1, "10.2.0.11", 1)
                .backend(2, "10.2.0.12", 1)
                .backend(3, "10.2.0.13", 1));
        Vip there = vip(service("web")
                .backend(3, "10.2.0.13", 1)
                .backend(1, "10.2.0.11", 1)
                .backend(2, "10.2.0.12", 1));

        for (long hash = -5_000; hash < 5_000; hash++) {
            assertThat(steady(here, hash)).isEqualTo(steady(there, hash));
        }
    }

    @Test
    void shouldAskTheFirstServiceAlone() {
        Vip vip = vip(
                service("first").backend(1, "10.2.0.11", 1),
                service("second").ports(new PortRange(443, 443)).backend(2, "10.2.0.12", 100));

        for (long hash = 0; hash < 100; hash++) {
            assertThat(steady(vip, hash)).isEqualTo(1);
        }
    }

    @Test
    void shouldHaveNoneWhenNoneTakesFlows() {
        assertThat(vip(service("web")).steady(42)).isNull();
        assertThat(vip(service("web").backend(1, "10.2.0.11", 0)).steady(42)).isNull();
    }
}
