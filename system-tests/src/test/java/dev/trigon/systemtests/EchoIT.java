package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Agent;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who answers a ping of a VIP, as vipd is told; in an order that starts vipd anew no more often than it must. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class EchoIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final String SLOW = "icmp: {rate: 50}\n";
    private static final String TO_SERVERS = "icmp: {echo: forward}\n";
    /** What a reply has left that left its sender with 64, behind the router. */
    private static final String ONE_ROUTER_AWAY = "ttl=63";

    private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");
    private static final Pattern SENT_WITHIN_MS = Pattern.compile("time (\\d+)ms");
    private static final Duration DONE = Duration.ofSeconds(30);

    private static Vipd vipd;
    private static String policy = "";

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    @AfterEach
    void shouldHaveKeptRepliesOffTheGateway() {
        // neither those of servers nor any of its kernel's
        assertThat(LAB.packets().crossed()).isZero();
    }

    private static Client client(Family family) {
        return LAB.client().over(family);
    }

    private static void configure(String icmp) {
        if (!policy.equals(icmp)) {
            assertThat(vipd.stop()).isZero();
            vipd.start(icmp);
            policy = icmp;
            LAB.client().awaitAnswersFrom(SERVERS);
        }
    }

    @Order(1)
    @ParameterizedTest
    @EnumSource
    void shouldAnswerPingsItself(Family family) {
        Map<String, Long> echoesBefore = echoes(family);
        long answeredBefore = vipd.counter("answered");

        String said = client(family).ping("-c", "20", "-i", "0.01", "-W", "1").out();

        assertThat(received(said)).as(said).isEqualTo(20);
        assertThat(said.lines().filter(it -> it.contains(ONE_ROUTER_AWAY))).hasSize(20);
        // and perhaps a neighbour's question
        assertThat(vipd.counter("answered") - answeredBefore).isBetween(20L, 25L);
        assertThat(echoes(family)).isEqualTo(echoesBefore);
    }

    @Order(2)
    @ParameterizedTest
    @EnumSource
    void shouldAnswerNoMoreThanItsRateWhileItForwards(Family family) {
        configure(SLOW);
        long limitedBefore = vipd.dropped("rate-limited");

        Program ping =
                client(family).host().start("ping", "-n", "-q", "-c", "400", "-i", "0.002", "-W", "1", family.vip());
        Client.Answers answers = client(family).get(40);
        ping.await(DONE);

        assertThat(answers.total()).isEqualTo(40);
        long received = received(ping.log());
        // five at once, 50 a second, and some that were late on their way
        assertThat(received).as(ping.log()).isBetween(5L, 15 + 50 * number(SENT_WITHIN_MS, ping.log()) / 1000);
        assertThat(vipd.dropped("rate-limited") - limitedBefore).isEqualTo(400 - received);
    }

    @Order(3)
    @ParameterizedTest
    @EnumSource
    void shouldHandPingsToOneServerIfToldTo(Family family) {
        configure(TO_SERVERS);

        shouldBeAnsweredByOneServer(family);
    }

    /** The address in the packet is the server's then, until its agent turns it back; in IPv6 the checksum covers it. */
    @Order(4)
    @ParameterizedTest
    @EnumSource
    void shouldHandPingsToOneServerByItsAddress(Family family) {
        configure(TO_SERVERS);
        routeByAddress();

        shouldBeAnsweredByOneServer(family);
    }

    private static void routeByAddress() {
        if (!vipd.ask("service", "show", "web").path("forward").asText().equals("l3dsr")) {
            SERVERS.stream().map(LAB::agent).forEach(Agent::stop);
            vipd.apply(Services.of(LAB, "l3dsr")).orFail();
            LAB.startAgentsOfRoutedServers();
            LAB.client().awaitAnswersFrom(SERVERS);
        }
    }

    private static void shouldBeAnsweredByOneServer(Family family) {
        Map<String, Long> before = echoes(family);
        long forwardedBefore = vipd.counter("forwarded");
        long answeredBefore = vipd.counter("answered");

        String small = client(family).ping("-c", "20", "-i", "0.01", "-W", "1").out();
        // in six fragments
        String large = client(family)
                .ping("-c", "10", "-i", "0.01", "-W", "1", "-s", "8000")
                .out();

        assertThat(received(small)).as(small).isEqualTo(20);
        assertThat(received(large)).as(large).isEqualTo(10);
        assertThat(small.lines().filter(it -> it.contains(ONE_ROUTER_AWAY))).hasSize(20);
        assertThat(vipd.counter("forwarded") - forwardedBefore).isGreaterThanOrEqualTo(20 + 6 * 10);
        assertThat(vipd.counter("answered") - answeredBefore).isLessThanOrEqualTo(5);
        Map<String, Long> echoes = echoes(family);
        echoes.replaceAll((server, all) -> all - before.getOrDefault(server, 0L));
        assertThat(echoes.values()).containsExactlyInAnyOrder(30L, 0L, 0L);
    }

    private static long received(String ping) {
        return number(RECEIVED, ping);
    }

    private static long number(Pattern of, String said) {
        Matcher number = of.matcher(said);
        assertThat(number.find()).as(said).isTrue();
        return Long.parseLong(number.group(1));
    }

    /** Echo requests that each server's kernel was asked, in this family. */
    private static Map<String, Long> echoes(Family family) {
        String counter = family == Family.IPV4 ? "IcmpInEchos" : "Icmp6InEchos";
        Map<String, Long> echoes = new LinkedHashMap<>();
        for (String server : SERVERS) {
            echoes.put(server, LAB.host(server).kernelCounter(counter));
        }
        return echoes;
    }
}
