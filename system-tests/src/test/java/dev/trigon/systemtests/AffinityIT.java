package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client comes back to the server that it had, where the service is told so; it is the same server for a group. */
class AffinityIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration BRIEF = Duration.ofSeconds(2);

    /** Of the same /24 and /64 as the client's own. */
    private static final String NEIGHBOR = "198.51.100.77";

    private static final String NEIGHBOR6 = "2001:db8:c::77";

    private static Vipd vipd;
    private static Host clientHost;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        clientHost = LAB.client().host();
        vipd.start();
        vipd.apply(services("none")).orFail();
        LAB.startAgents();
        clientHost.ask("ip", "addr", "add", NEIGHBOR + "/24", "dev", "eth0");
        clientHost.ask("ip", "addr", "add", NEIGHBOR6 + "/64", "dev", "eth0", "nodad");
    }

    @AfterAll
    static void leaveTheClientAsItWas() {
        clientHost.ask("ip", "addr", "del", NEIGHBOR + "/24", "dev", "eth0");
        clientHost.ask("ip", "addr", "del", NEIGHBOR6 + "/64", "dev", "eth0");
    }

    /** What earlier tests taught vipd of the client is forgotten with the service. */
    @BeforeEach
    void forgetTheClient() {
        vipd.apply("services: []\n").orFail();
        vipd.ctl("flows", "flush", "--all").orFail();
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeAClientFromOneServerOverAGroup(Family family) {
        vipd.apply(services("{time: 10m, group: shop}")).orFail();
        Client client = LAB.client().over(family);

        String first = onlyServer(client.get(10, 80));

        assertThat(onlyServer(client.get(10, 8080))).isEqualTo(first);
        assertThat(explainedReason(family)).isEqualTo("affinity");
        assertThat(LAB.vipd()
                        .explain("tcp", family.client(999), family.vip(8080))
                        .path("backend")
                        .asText())
                .isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepServicesApartThatAreOfNoGroup(Family family) {
        vipd.apply(services("10m")).orFail();
        Client client = LAB.client().over(family);

        // wrr: the first of each service is the same server, so one of the other is taken before
        assertThat(serverOf(from(family, neighbor(family), 80))).isNotEmpty();
        String ofOne = onlyServer(client.get(10, 80));
        String ofOther = onlyServer(client.get(10, 8080));

        assertThat(ofOther).isNotEqualTo(ofOne);
    }

    @ParameterizedTest
    @EnumSource
    void shouldStayAcrossARestartAndAKill(Family family) {
        vipd.apply(services("{time: 10m, group: shop}")).orFail();
        Client client = LAB.client().over(family);
        String first = onlyServer(client.get(5, 80));

        assertThat(vipd.stop()).isZero();
        vipd.start();
        assertThat(onlyServer(client.get(10, 8080))).isEqualTo(first);

        vipd.kill();
        vipd.start();
        assertThat(onlyServer(client.get(10, 80))).isEqualTo(first);
    }

    /** wrr would give the next server each time; with affinity it does so only after the client was away for longer. */
    @Test
    void shouldBeFreeAfterItsTime() {
        vipd.apply(services(BRIEF.toSeconds() + "s")).orFail();
        Set<String> servers = new HashSet<>();
        for (int visit = 0; visit < 3; visit++) {
            servers.add(onlyServer(LAB.client().get(5, 80)));
            LockSupport.parkNanos(BRIEF.plusMillis(1200).toNanos());
        }
        assertThat(servers).hasSizeGreaterThan(1);
    }

    @Test
    void shouldLastForAsLongAsTheClientComesBack() {
        vipd.apply(services(BRIEF.toSeconds() + "s")).orFail();
        Set<String> servers = new HashSet<>();
        for (int visit = 0; visit < 6; visit++) {
            servers.add(onlyServer(LAB.client().get(1, 80)));
            LockSupport.parkNanos(BRIEF.dividedBy(2).toNanos());
        }
        assertThat(servers).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeClientsOfOnePrefixForOne(Family family) {
        vipd.apply(services("{time: 10m, prefix: 24, prefix6: 64}")).orFail();
        String first = onlyServer(LAB.client().over(family).get(5, 80));

        for (int i = 0; i < 5; i++) {
            assertThat(serverOf(from(family, neighbor(family), 80))).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellNeighborsApartWithoutAPrefix(Family family) {
        vipd.apply(services("10m")).orFail();
        String first = onlyServer(LAB.client().over(family).get(5, 80));

        assertThat(serverOf(from(family, neighbor(family), 80))).isNotEqualTo(first);
    }

    @Test
    void shouldBringNobodyToADrainingServer() {
        vipd.apply(services("10m")).orFail();
        String first = onlyServer(LAB.client().get(5, 80));

        vipd.ctl("backend", "drain", "one", first).orFail();

        assertThat(LAB.client().get(6, 80).byServer()).doesNotContainKey(first).hasSize(1);
    }

    private static String onlyServer(Client.Answers answers) {
        assertThat(answers.total()).isPositive();
        assertThat(answers.byServer()).hasSize(1);
        return answers.byServer().keySet().iterator().next();
    }

    private static String explainedReason(Family family) {
        return vipd.explain("tcp", family.client(999), family.vip(80))
                .path("reason")
                .asText();
    }

    private static String neighbor(Family family) {
        return family == Family.IPV4 ? NEIGHBOR : NEIGHBOR6;
    }

    private static String from(Family family, String address, int port) {
        return clientHost.ask(
                "curl", "-s", "--max-time", "10", "--interface", address, "http://" + family.vip(port) + "/");
    }

    private static String serverOf(String page) {
        return page.strip();
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
