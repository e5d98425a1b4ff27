package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client comes back to the server that it had, where the service is told so; it is the same server for a group. */
class AffinityIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration BRIEF = Duration.ofSeconds(2);

    /** What is idle is found with some delay: times are written down late, and the tables looked through piece by piece. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(40);

    /** Of the client's own /24 and /64; each test's clients are new to vipd. */
    private static final AtomicInteger NEXT_CLIENT = new AtomicInteger(100);

    private static Vipd vipd;
    private static Host host;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        host = LAB.client().host();
        vipd.start("flows: {timeouts: {closing: 1s, closed: 1s}}\n");
        LAB.startAgents();
    }

    @AfterAll
    static void leaveTheClientAsItWas() {
        for (int n = 100; n < NEXT_CLIENT.get(); n++) {
            for (Family family : Family.values()) {
                host.ask("ip", "address", "delete", address(family, n) + length(family), "dev", "eth0");
            }
        }
    }

    /** One that nobody has seen yet. */
    private record Visitor(Family family, String address) {
        static Visitor fresh(Family family) {
            int n = NEXT_CLIENT.getAndIncrement();
            for (Family either : Family.values()) {
                host.shell("ip address add %s%s dev eth0 %s"
                        .formatted(
                                AffinityIT.address(either, n), length(either), either == Family.IPV6 ? "nodad" : ""));
            }
            return new Visitor(family, AffinityIT.address(family, n));
        }

        /** The one server that has answered so many requests. */
        String serverOf(int requests, int port) {
            List<String> answers = host.ask(
                            "curl",
                            "-sf",
                            "--max-time",
                            "20",
                            "-H",
                            "Connection: close",
                            "--interface",
                            address,
                            "http://%s/?[1-%d]".formatted(family.vip(port), requests))
                    .lines()
                    .distinct()
                    .toList();
            assertThat(answers).as(address).hasSize(1);
            return answers.get(0);
        }

        JsonNode explained(int port) {
            return vipd.explain("tcp", family.endpoint(address, 999), family.vip(port));
        }
    }

    private static String address(Family family, int n) {
        return family == Family.IPV4 ? "198.51.100." + n : "2001:db8:c::" + n;
    }

    private static String length(Family family) {
        return family == Family.IPV4 ? "/24" : "/64";
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeAClientFromOneServerOverAGroup(Family family) {
        vipd.apply(services("{time: 10m, group: shop}")).orFail();
        // from here on it is not each service's first server that comes next
        Visitor.fresh(family).serverOf(1, 80);
        Visitor visitor = Visitor.fresh(family);

        String first = visitor.serverOf(10, 80);

        assertThat(visitor.serverOf(10, 8080)).isEqualTo(first);
        assertThat(visitor.explained(8080).path("reason").asText()).isEqualTo("affinity");
        assertThat(visitor.explained(8080).path("backend").asText()).isEqualTo(first);
    }

    /** In turn, strangers come to other servers; with each service's turn for itself, so does one client. */
    @ParameterizedTest
    @EnumSource
    void shouldTellClientsAndServicesApart(Family family) {
        vipd.apply(services("10m")).orFail();
        List<Visitor> visitors =
                Stream.generate(() -> Visitor.fresh(family)).limit(3).toList();

        List<String> servers = visitors.stream().map(it -> it.serverOf(3, 80)).toList();
        assertThat(servers).containsExactlyInAnyOrderElementsOf(Lab.SERVERS);

        // the other way round
        for (int i = 2; i >= 0; i--) {
            visitors.get(i).serverOf(3, 8080);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(visitors.get(i).serverOf(3, 80)).isEqualTo(servers.get(i));
        }
        assertThat(visitors).anyMatch(it -> !it.serverOf(1, 80).equals(it.serverOf(1, 8080)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeClientsOfOnePrefixForOne(Family family) {
        vipd.apply(services("{time: 10m, prefix: 24, prefix6: 64}")).orFail();
        String first = Visitor.fresh(family).serverOf(3, 80);

        for (int i = 0; i < 3; i++) {
            assertThat(Visitor.fresh(family).serverOf(1, 80)).isEqualTo(first);
        }
    }

    @Test
    void shouldStayAcrossARestartAndAKill() {
        vipd.apply(services("{time: 10m, group: shop}")).orFail();
        List<Visitor> visitors = Stream.of(Family.values())
                .flatMap(it -> Stream.generate(() -> Visitor.fresh(it)).limit(3))
                .toList();
        List<String> servers = visitors.stream().map(it -> it.serverOf(3, 80)).toList();

        assertThat(vipd.stop()).isZero();
        vipd.start();
        shouldComeBack(visitors, servers, 8080);

        vipd.kill();
        vipd.start();
        shouldComeBack(visitors, servers, 80);
    }

    /** The last one first: in turn they would come to other servers than before. */
    private static void shouldComeBack(List<Visitor> visitors, List<String> servers, int port) {
        for (int i = visitors.size() - 1; i >= 0; i--) {
            Visitor visitor = visitors.get(i);
            assertThat(visitor.serverOf(2, port)).as(visitor.address()).isEqualTo(servers.get(i));
        }
    }

    /** In turn it would be the next server each time: with affinity it is so only after the client was away. */
    @Test
    void shouldBeFreeAfterItsTimeAndNotBefore() {
        vipd.apply(services(BRIEF.toSeconds() + "s")).orFail();
        Visitor visitor = Visitor.fresh(Family.IPV4);
        String first = visitor.serverOf(1, 80);
        for (int visit = 0; visit < 6; visit++) {
            LockSupport.parkNanos(BRIEF.dividedBy(2).toNanos());
            assertThat(visitor.serverOf(1, 80)).isEqualTo(first);
        }

        Eventually.within(
                FORGOTTEN,
                () -> !visitor.explained(80).path("reason").asText().equals("affinity"),
                () -> "still " + visitor.explained(80));

        assertThat(visitor.serverOf(1, 80)).isNotEqualTo(first);
    }

    @Test
    void shouldBringNobodyToADrainingServer() {
        vipd.apply(services("10m")).orFail();
        Visitor visitor = Visitor.fresh(Family.IPV4);
        String first = visitor.serverOf(3, 80);

        vipd.ctl("backend", "drain", "one", first).orFail();

        assertThat(visitor.serverOf(6, 80)).isNotEqualTo(first);
    }

    /** Two for each family, all servers in turn, with this said of affinity. */
    private static String services(String affinity) {
        StringBuilder yaml = new StringBuilder("services:\n");
        for (Family family : Family.values()) {
            yaml.append(service(family, "one", 80, affinity));
            yaml.append(service(family, "two", 8080, affinity));
        }
        return yaml.toString();
    }

    private static String service(Family family, String name, int port, String affinity) {
        StringBuilder yaml = new StringBuilder("""
                  - name: %s
                    vip: "%s"
                    protocol: tcp
                    ports: [%d]
                    scheduler: wrr
                    affinity: %s
                    backends:
                """.formatted(family.name(name), family.vip(), port, affinity));
        for (String server : Lab.SERVERS) {
            yaml.append("      - {name: %s, address: \"%s\"}\n".formatted(server, LAB.address(server, family)));
        }
        return yaml.toString();
    }
}
