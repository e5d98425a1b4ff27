package dev.trigon.dataplane.engine;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel, in a namespace of its own. */
@ExtendWith(NetworkNamespace.class)
class KernelGuardTest {
    private static final InetAddress A = Specs.address("203.0.113.10");
    private static final InetAddress B = Specs.address("203.0.113.11");

    private static Set<String> guarded(Rtnetlink kernel) {
        return kernel.routes(KernelGuard.ROUTE_PROTOCOL).stream()
                .filter(r -> r.type() == Route.Type.BLACKHOLE)
                .map(r -> r.destination().getHostAddress())
                .collect(Collectors.toSet());
    }

    @Test
    void shouldGuardUntilCleared() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            KernelGuard guard = new KernelGuard(kernel);
            guard.add(Set.of(A, B));
            assertThat(guarded(kernel)).containsExactlyInAnyOrder("203.0.113.10", "203.0.113.11");

            guard.retain(Set.of(B));
            assertThat(guarded(kernel)).containsExactly("203.0.113.11");

            guard.clear();
            assertThat(guarded(kernel)).isEmpty();
        }
    }

    @Test
    void shouldGuardVipsOfBothFamilies() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            KernelGuard guard = new KernelGuard(kernel);
            guard.add(Set.of(A, Specs.address("2001:db8:f::10")));
            sh("ip -6 route show proto 84 | grep -q 'blackhole 2001:db8:f::10'");

            guard.retain(Set.of(A));
            assertThat(guarded(kernel)).containsExactly("203.0.113.10");
            guard.clear();
        }
    }

    @Test
    void shouldTakeOverOrRemoveWhatAKilledVipdLeft() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            new KernelGuard(kernel).add(Set.of(A, B));

            KernelGuard next = new KernelGuard(kernel);
            next.add(Set.of(A));
            next.retain(Set.of(A));
            assertThat(guarded(kernel)).containsExactly("203.0.113.10");

            next.clear();
            assertThat(guarded(kernel)).isEmpty();
        }
    }

    @Test
    void shouldPutBackWhatSomebodyTookAway() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            KernelGuard guard = new KernelGuard(kernel);
            guard.add(Set.of(A, B));
            assertThat(guard.missing(Set.of(A, B))).isEmpty();
            sh("ip route flush proto 84");
            assertThat(guarded(kernel)).isEmpty();
            assertThat(guard.missing(Set.of(A, B))).containsExactlyInAnyOrder(A, B);
            sh("ip route add blackhole 203.0.113.11");
            assertThat(guard.missing(Set.of(A, B))).containsExactly(A);
            sh("ip route del blackhole 203.0.113.11");

            guard.repair();

            assertThat(guarded(kernel)).containsExactlyInAnyOrder("203.0.113.10", "203.0.113.11");
            guard.clear();
            guard.repair();
            assertThat(guarded(kernel)).isEmpty();
        }
    }

    @Test
    void shouldClearNothingOfAnothers() {
        sh("ip route add blackhole 203.0.113.12");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            KernelGuard first = new KernelGuard(kernel);
            first.add(Set.of(A));

            new KernelGuard(kernel).clear();
            assertThat(guarded(kernel)).containsExactly("203.0.113.10");

            first.retain(Set.of());
            sh("ip route show type blackhole | grep -q 203.0.113.12");
        }
    }
}
