package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static dev.trigon.linux.netlink.RtnetlinkTest.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the real kernel, in a network namespace a test. */
@ExtendWith(NetworkNamespace.class)
class PolicyRoutingTest {
    private static final int OWNER = 87;
    private static final int TABLE = 100_000;

    private static Rule rule(ProtocolFamily family) {
        return new Rule(family, 90, "lo", TABLE, OWNER);
    }

    @ParameterizedTest
    @EnumSource(
            value = StandardProtocolFamily.class,
            names = {"INET", "INET6"})
    void shouldAddListAndRemoveARule(StandardProtocolFamily family) {
        try (PolicyRouting kernel = PolicyRouting.open()) {
            assertThat(kernel.addRule(rule(family))).isTrue();
            assertThat(kernel.addRule(rule(family))).isFalse();
            assertThat(kernel.rules()).contains(rule(family));
            assertThat(output((family == StandardProtocolFamily.INET ? "ip" : "ip -6") + " rule show"))
                    .contains("90:\tfrom all iif lo lookup 100000 proto 87");

            assertThat(kernel.removeRule(rule(family))).isTrue();
            assertThat(kernel.removeRule(rule(family))).isFalse();
            assertThat(kernel.rules()).extracting(Rule::protocol).doesNotContain(OWNER);
        }
    }

    @Test
    void shouldRemoveNoOthersRule() {
        sh("ip rule add iif lo lookup 100000 priority 90 protocol 88");
        try (PolicyRouting kernel = PolicyRouting.open()) {
            assertThat(kernel.removeRule(rule(StandardProtocolFamily.INET))).isFalse();
            assertThat(kernel.rules()).contains(new Rule(StandardProtocolFamily.INET, 90, "lo", TABLE, 88));
        }
    }

    @Test
    void shouldSeeTheKernelsOwnRules() {
        try (PolicyRouting kernel = PolicyRouting.open()) {
            assertThat(kernel.rules())
                    .filteredOn(rule -> rule.family() == StandardProtocolFamily.INET)
                    .extracting(Rule::priority, Rule::table, Rule::inputInterface)
                    .containsExactly(tuple(0, 255, ""), tuple(32_766, 254, ""), tuple(32_767, 253, ""));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StandardProtocolFamily.class,
            names = {"INET", "INET6"})
    void shouldLeadWhatThisHostSendsByAnInterface(StandardProtocolFamily family) {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        sh("ip addr add 10.2.0.2/24 dev v0");
        boolean v6 = family == StandardProtocolFamily.INET6;
        String vip = v6 ? "2001:db8:f::10" : "203.0.113.10";
        try (PolicyRouting kernel = PolicyRouting.open();
                Rtnetlink links = Rtnetlink.open()) {
            int v0 = links.link("v0").orElseThrow().index();
            TableRoute route = new TableRoute(address(vip), v0, TABLE, OWNER);
            assertThat(kernel.addRoute(route)).isTrue();
            assertThat(kernel.addRoute(route)).isFalse();
            assertThat(links.routeTo(address(vip)))
                    .as("no rule leads there yet")
                    .isEmpty();
            assertThat(links.routes(OWNER)).as("of the main table").isEmpty();

            kernel.addRule(rule(family));
            assertThat(links.routeTo(address(vip)).orElseThrow().ifIndex()).isEqualTo(v0);

            assertThat(kernel.removeRoute(route)).isTrue();
            assertThat(kernel.removeRoute(route)).isFalse();
            assertThat(links.routeTo(address(vip))).isEmpty();
        }
    }

    @Test
    void shouldNameRouteAndReasonWhenRefused() {
        try (PolicyRouting kernel = PolicyRouting.open()) {
            assertThatThrownBy(() -> kernel.addRoute(new TableRoute(address("203.0.113.10"), 4_711, TABLE, OWNER)))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("203.0.113.10 by interface 4711 in table 100000");
        }
    }
}
