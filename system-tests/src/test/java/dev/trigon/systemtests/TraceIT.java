package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.FrameBuilder;
import dev.trigon.systemtests.lab.Frames;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code trace} in vipd.yaml has vipd write down, as tcpdump reads it. */
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class TraceIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String REQUESTS = "tcp dst port 80";

    private static Vipd vipd;

    @BeforeAll
    static void prepare() {
        vipd = LAB.vipd();
        LAB.startAgents();
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

    private static void serve() {
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.client().awaitAnswersFrom(SERVERS);
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

    @Test
    void shouldWriteDownWhatCameAndWhatWentToTheServersMacs() {
        vipd.start(traced(100_000));
        serve();

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

    @Test
    void shouldWriteDownWhatWentToTheServersAddresses() {
        vipd.start(traced(100_000));
        vipd.apply(Services.of(LAB, "l3dsr")).orFail();

        for (Family family : Family.values()) {
            Frames frames = LAB.frames(family);
            IntStream.range(0, 12).forEach(it -> frames.add(frames.frame().tcp(4000 + it, 80, FrameBuilder.SYN, 0)));
            assertThat(frames.replayFrom(LAB.router(), "lan")).isEqualTo(12);
        }

        awaitWhole();
        assertThat(read(file("in"), REQUESTS)).hasSize(24);
        List<String> went = read(file("out"), REQUESTS);
        assertThat(went).hasSize(24);
        for (Family family : Family.values()) {
            for (String server : SERVERS) {
                String destination = " > " + LAB.address(server, family) + ".80:";
                assertThat(went).filteredOn(it -> it.contains(destination)).hasSize(4);
            }
        }
    }

    @Test
    void shouldWriteNoMorePacketsThanItMay() {
        vipd.start(traced(25));
        serve();

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

    @Test
    void shouldGoOnForwardingWhenTheDiskIsFull() {
        // in vipd's own mount namespace, and gone with it
        String small = "mkdir -p \"$0\"; mount -t tmpfs -o size=16k tmpfs \"$0\"; exec \"$@\"";
        vipd.startBehind(List.of("sh", "-ec", small, directory().toString()), traced(100_000));
        serve();

        ask();

        Eventually.within(SOON, () -> vipd.log().contains("the trace ends here"), () -> vipd.log());
        ask();
        assertThat(vipd.dropped()).isEmpty();
    }
}
