package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody sees who looks for the way to a VIP. */
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class TracepathIT {
    private static final int NARROW_MTU = 1300;
    private static final Duration SOON = Duration.ofSeconds(5);

    /** For every UDP port that tracepath tries. */
    private static void addService(Lab lab, String forward) {
        for (Family family : Family.values()) {
            String name = family.name("trace");
            lab.vipd()
                    .ctl(
                            "service",
                            "add",
                            name,
                            "--vip",
                            family.vip(),
                            "--protocol",
                            "udp",
                            "--port",
                            "44444-44500",
                            "--forward",
                            forward)
                    .orFail();
            lab.vipd()
                    .ctl("backend", "add", name, "b1", "--address", lab.address("b1", family))
                    .orFail();
        }
    }

    private static String trace(Lab lab, Family family) {
        Host client = lab.client().host();
        // what an earlier one has taught it
        client.shell("ip -4 route flush cache; ip -6 route flush cache");
        return client.ask("tracepath", family == Family.IPV4 ? "-4" : "-6", "-n", "-m", "6", family.vip());
    }

    /** What is seen once vipd knows of a change of routes, which is a moment after it has happened. */
    private static String trace(Lab lab, Family family, int mtu) {
        Eventually.within(
                SOON,
                () -> trace(lab, family).contains("Resume: pmtu " + mtu),
                () -> "no path MTU of " + mtu + ": " + trace(lab, family));
        return trace(lab, family);
    }

    private static String gateway(Family family) {
        return family.address(2, 2);
    }

    @Nested
    class Layer2 {
        @RegisterExtension
        static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

        @BeforeAll
        static void serve() {
            LAB.vipd().start();
            LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
            addService(LAB, "l2dsr");
            LAB.startAgents();
            LAB.client().awaitAnswersFrom(SERVERS);
        }

        @ParameterizedTest
        @EnumSource
        void shouldNotSeeTheGateway(Family family) {
            String seen = trace(LAB, family, 1500);

            assertThat(seen).contains("reached").doesNotContain(gateway(family) + " ");
        }

        @ParameterizedTest
        @EnumSource
        void shouldLearnOfANarrowWayToTheServer(Family family) {
            String server = LAB.address("b1", family);
            LAB.gateway().ask("ip", "route", "add", server, "dev", "eth0", "mtu", String.valueOf(NARROW_MTU));
            try {
                assertThat(trace(LAB, family, NARROW_MTU)).contains("reached");
            } finally {
                LAB.gateway().ask("ip", "route", "delete", server, "dev", "eth0");
            }
        }
    }

    @Nested
    class Layer3 {
        @RegisterExtension
        static final Lab LAB = new Lab(Lab.Kind.ROUTED);

        @BeforeAll
        static void serve() {
            LAB.vipd().start();
            LAB.vipd().apply(Services.of(LAB, "l3dsr")).orFail();
            addService(LAB, "l3dsr");
            LAB.startAgentsOfRoutedServers();
            LAB.client().awaitAnswersFrom(SERVERS);
        }

        @ParameterizedTest
        @EnumSource
        void shouldSeeTheGatewayAsAHop(Family family) {
            String seen = trace(LAB, family, 1500);

            assertThat(seen).contains("reached").containsPattern("(?m)^ 2: +" + gateway(family) + " ");
        }

        @ParameterizedTest
        @EnumSource
        void shouldLearnOfANarrowWayToTheServer(Family family) {
            String route = "%s via %s mtu %d".formatted(LAB.address("b1", family), family.address(2, 1), NARROW_MTU);
            LAB.gateway().shell("ip route add " + route);
            try {
                String seen = trace(LAB, family, NARROW_MTU);

                assertThat(seen).contains("reached").containsPattern(gateway(family) + ".* pmtu " + NARROW_MTU);
            } finally {
                LAB.gateway().shell("ip route delete " + route);
            }
        }
    }
}
