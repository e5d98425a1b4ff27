package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Agent;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code trace} in vipd.yaml has vipd write down, as tcpdump reads it; in an order that changes the mode once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TraceIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String REQUESTS = "tcp dst port 80";

    private static Vipd vipd;
    private static String served = "";

    @BeforeAll
    static void prepare() {
        vipd = LAB.vipd();
    }

    @AfterEach
    void stop() {
        assertThat(vipd.stop()).isZero();
    }

    private static Path file(String direction) {
        return directory().resolve("eth0-" + direction + ".pcap");
    }

    private static Path directory() {
        return LAB.directory().resolve("trace");
    }

    private static String traced(int packets) {
        return "trace: {directory: %s, packets: %d}\n".formatted(directory(), packets);
    }

    private static void serve(String forward) {
        vipd.apply(Services.of(LAB, forward)).orFail();
        if (!forward.equals(served)) {
            startAgents(forward);
            served = forward;
        }
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    private static void startAgents(String forward) {
        if (!served.isEmpty()) {
            SERVERS.stream().map(LAB::agent).forEach(Agent::stop);
        }
        if (forward.equals("l2dsr")) {
            LAB.startAgents();
        } else {
            LAB.startAgentsOfRoutedServers();
        }
    }

    private static void ask() {
        for (Family family : Family.values()) {
            Client client = LAB.client().over(family);
            assertThat(client.get(12).total()).isEqualTo(12);
            assertThat(client.query(3).total()).isEqualTo(3);
            assertThat(client.ping("-c", "3", "-i", "0.01", "-W", "1").out()).contains("3 received");
        }
    }

    /** A line a packet. That tcpdump does not stumble over the file's end is a part of it. */
    private static List<String> read(Path trace, String filter) {
        Output output = LAB.gateway()
                .run("tcpdump", "-e", "-nn", "-t", "-r", trace.toString(), filter)
                .orFail();
        assertThat(output.err()).doesNotContain("truncated");
        return output.lines();
    }

    private static long count(Path trace) {
        return read(trace, "").size();
    }

    /** Neighbours may ask at any time, so both are looked at until they agree. */
    private static void awaitWhole() {
        Eventually.within(
                SOON,
                () -> vipd.counter("received") == count(file("in"))
                        && Stream.of("forwarded", "answered", "announcements", "icmp-errors-sent")
                                        .mapToLong(vipd::counter)
                                        .sum()
                                == count(file("out")),
                () -> "in: %d, out: %d, counted: %s".formatted(count(file("in")), count(file("out")), vipd.counters()));
    }

    @Order(1)
    @Test
    void shouldWriteDownWhatCameAndWhatWentToTheServersMacs() {
        vipd.start(traced(100_000));
        serve("l2dsr");

        ask();

        awaitWhole();
        String gateway = LAB.gateway().mac("eth0");
        List<String> servers =
                SERVERS.stream().map(it -> LAB.host(it).mac("eth0")).toList();
        List<String> came = read(file("in"), REQUESTS);
        List<String> went = read(file("out"), REQUESTS);
        assertThat(came)
                .hasSizeGreaterThan(24 * 4)
                .allMatch(it -> it.startsWith(LAB.router().mac("lan") + " > " + gateway));
        assertThat(went).hasSameSizeAs(came);
        assertThat(went)
                .allMatch(it -> servers.stream().anyMatch(server -> it.startsWith(gateway + " > " + server)))
                .allMatch(it -> it.contains(" > " + Family.IPV4.vip() + ".80:")
                        || it.contains(" > " + Family.IPV6.vip() + ".80:"));
        assertThat(servers).allMatch(server -> went.stream().anyMatch(it -> it.contains(server)));
        assertThat(read(file("out"), "arp or icmp6")).isNotEmpty();
    }

    @Order(4)
    @Test
    void shouldWriteDownWhatWentToTheServersAddresses() {
        vipd.start(traced(100_000));
        serve("l3dsr");

        ask();

        awaitWhole();
        long came = read(file("in"), REQUESTS).size();
        List<String> went = read(file("out"), REQUESTS);
        assertThat(went).hasSize((int) came);
        List<String> addresses = SERVERS.stream()
                .flatMap(server -> Stream.of(Family.values()).map(family -> LAB.address(server, family)))
                .toList();
        assertThat(went).allMatch(it -> addresses.stream().anyMatch(server -> it.contains(" > " + server + ".80:")));
        assertThat(addresses).allMatch(server -> went.stream().anyMatch(it -> it.contains(" > " + server + ".80:")));
    }

    @Order(2)
    @Test
    void shouldWriteNoMorePacketsThanItMay() {
        vipd.start(traced(25));
        serve("l2dsr");

        ask();

        Eventually.within(
                SOON,
                () -> Stream.of("in", "out")
                        .allMatch(it -> vipd.log().contains("eth0-" + it + ".pcap has as many packets")),
                () -> vipd.log());
        assertThat(vipd.counter("forwarded")).isGreaterThan(100);
        assertThat(count(file("in"))).isEqualTo(25);
        assertThat(count(file("out"))).isEqualTo(25);
    }

    @Order(3)
    @Test
    void shouldGoOnForwardingWhenTheDiskIsFull() {
        // in vipd's own mount namespace, and gone with it
        String small = "mkdir -p \"$0\"; mount -t tmpfs -o size=16k tmpfs \"$0\"; exec \"$@\"";
        vipd.startBehind(
                List.of("sh", "-ec", small, directory().toString()),
                Vipd.configuration("eth0", vipd.socket(), vipd.state()) + traced(100_000));
        serve("l2dsr");

        ask();

        Eventually.within(SOON, () -> vipd.log().contains("the trace ends here"), () -> vipd.log());
        ask();
        assertThat(vipd.dropped()).isEmpty();
    }
}
