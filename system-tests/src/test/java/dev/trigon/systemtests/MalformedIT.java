package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Frames;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What no honest sender makes, from a stranger, while honest clients of both families ask for the VIP all along. What is
 * wrong in a way that vipd looks for is dropped with its reason and reaches no server; all of it leaves vipd unmoved.
 */
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class MalformedIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ORPHAN_OR_OVERLAP = "fragment-orphan or fragment-overlap";

    private static Vipd vipd;
    private static final Map<Family, Program> CLIENTS = new EnumMap<>(Family.class);

    private final Map<Family, Integer> answeredBefore = new EnumMap<>(Family.class);

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        for (Family family : Family.values()) {
            Client client = LAB.client().over(family);
            client.awaitAnswersFrom(SERVERS);
            CLIENTS.put(family, client.keepGetting(50));
        }
    }

    @AfterAll
    static void endAll() {
        CLIENTS.values().forEach(Program::stop);
    }

    @BeforeEach
    void look() {
        CLIENTS.forEach((family, client) ->
                answeredBefore.put(family, Client.answered(client).size()));
    }

    @AfterEach
    void shouldStillServe() {
        assertThat(vipd.isRunning()).isTrue();
        assertThat(vipd.log()).doesNotContain("Exception", "fault in vipd");
        assertThat(vipd.dropped("fault")).isZero();
        CLIENTS.forEach((family, client) -> {
            int before = answeredBefore.getOrDefault(family, 0);
            Eventually.within(
                    SOON,
                    () -> Client.answered(client).size() >= before + 5,
                    () -> "no answers in " + family + " any more");
            assertThat(Client.answered(client)).as("answers in %s", family).doesNotContain("failed");
        });
        assertThat(LAB.packets().crossed()).isZero();
    }

    @ParameterizedTest
    @MethodSource("dev.trigon.systemtests.Malformed#all")
    void shouldDropWithItsReason(Malformed kind) {
        Map<String, Long> droppedBefore = vipd.dropped();
        long arrivedBefore = LAB.packets().arrivedFromStranger();
        Frames frames = kind.makeUp().apply(LAB.frames(kind.family()));

        assertThat(frames.replayFrom(LAB.router(), "lan")).isEqualTo(frames.count());

        Eventually.within(
                SOON,
                () -> vipd.dropped(kind.reason()) - droppedBefore.getOrDefault(kind.reason(), 0L) >= kind.dropped()
                        && LAB.packets().arrivedFromStranger() - arrivedBefore >= kind.delivered(),
                () -> LAB.packets().arrivedFromStranger() - arrivedBefore + " arrived, and dropped are "
                        + vipd.dropped() + " after " + droppedBefore);
        vipd.awaitBalance();
        Map<String, Long> expected = new TreeMap<>(droppedBefore);
        expected.merge(kind.reason(), (long) kind.dropped(), Long::sum);
        expected.values().removeIf(it -> it == 0);
        assertThat(vipd.dropped()).isEqualTo(expected);
        assertThat(LAB.packets().arrivedFromStranger() - arrivedBefore).isEqualTo(kind.delivered());
    }

    /** By a raw socket and by tcpreplay: two programs that do not mind what they send. */
    @ParameterizedTest
    @EnumSource
    void shouldBearWhatIsWrongAtRandom(Family family) {
        long seed = System.nanoTime();
        System.out.println("seed of the frames: " + seed);
        Random random = new Random(seed);
        Frames mutated = LAB.frames(family).mutated(2000, random);
        Frames noise = LAB.frames(family).mutated(1000, random).random(500, random);
        if (family == Family.IPV6) {
            mutated.mutatedChains(1000, random);
        }
        long droppedBefore = droppedByTheirHeaders();
        long arrivedBefore = LAB.packets().arrivedFromStranger();
        long missedBefore = vipd.counter("capture-drops");

        long sent = mutated.sendFrom(LAB.router(), "lan") + noise.replayFrom(LAB.router(), "lan");

        assertThat(sent).isEqualTo(mutated.count() + noise.count());
        awaitNothingWaiting();
        long dropped = droppedByTheirHeaders() - droppedBefore;
        long arrived = LAB.packets().arrivedFromStranger() - arrivedBefore;
        assertThat(dropped).isGreaterThan(sent / 10);
        assertThat(arrived).isPositive().isLessThanOrEqualTo(sent - dropped);
        assertThat(vipd.counter("capture-drops")).isEqualTo(missedBefore);
    }

    private static void awaitNothingWaiting() {
        Eventually.within(SOON, () -> vipd.counter("waiting") == 0, () -> "packets wait: " + vipd.counters());
    }

    /** Not of ICMP: routers send errors about what servers answer to senders that are not there. */
    private static long droppedByTheirHeaders() {
        return vipd.dropped().entrySet().stream()
                .filter(it -> !it.getKey().startsWith("icmp-"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static Program hping3(int packets, String options) {
        // it ends early once it has seen as many answers, and takes those to others for its own: on lo there are none
        List<String> command = new ArrayList<>(List.of("hping3", Family.IPV4.vip(), "-q", "-n", "-I", "lo"));
        command.addAll(List.of("-c", String.valueOf(packets), "-a", Family.IPV4.stranger()));
        command.addAll(List.of(options.split(" ", -1)));
        return LAB.router().start(command.toArray(String[]::new));
    }

    /** hping3 speaks IPv4 alone. It gives the fragments of all its packets one identification. */
    @Test
    void shouldDropWhatHping3Makes() {
        Map<String, Map<String, Integer>> dropped = Map.of(
                "-S -p 80 -O 4", Map.of("bad-transport-header", 20),
                "-S -p 80 -O 15", Map.of("bad-transport-header", 20),
                // in 16 octets each: the first two are too small, the other two wait in vain or bring nothing new
                "-S -p 80 -f -d 40", Map.of("fragment-tiny", 40, ORPHAN_OR_OVERLAP, 40),
                "--rawip --ipproto 47 -d 20", Map.of("protocol", 20),
                "--icmp --icmptype 13", Map.of("icmp-type", 20),
                "--icmp --icmptype 3 --icmpcode 1 --force-icmp", Map.of("icmp-embedded", 20),
                "-S -p 81", Map.of("no-service", 20));
        Map<String, Long> droppedBefore = vipd.dropped();
        Map<String, Long> expected = withOrphansAndOverlapsAsOne(droppedBefore);
        dropped.values().forEach(it -> it.forEach((reason, count) -> expected.merge(reason, (long) count, Long::sum)));
        long arrivedBefore = LAB.packets().arrivedFromStranger();

        awaitDone(dropped.keySet().stream()
                .map(it -> hping3(20, "-i u1000 " + it))
                .toList());

        awaitNothingWaiting();
        assertThat(withOrphansAndOverlapsAsOne(vipd.dropped())).isEqualTo(expected);
        // two wait, and two more each time that those before have waited long enough: the machine may be slow
        assertThat(vipd.dropped("fragment-orphan") - droppedBefore.getOrDefault("fragment-orphan", 0L))
                .isBetween(2L, 20L);
        assertThat(LAB.packets().arrivedFromStranger()).isEqualTo(arrivedBefore);
    }

    private static Map<String, Long> withOrphansAndOverlapsAsOne(Map<String, Long> dropped) {
        Map<String, Long> merged = new TreeMap<>(dropped);
        for (String reason : List.of("fragment-orphan", "fragment-overlap")) {
            Long count = merged.remove(reason);
            if (count != null) {
                merged.merge(ORPHAN_OR_OVERLAP, count, Long::sum);
            }
        }
        return merged;
    }

    /** What is odd about them is the server's to judge. A checksum that is wrong stays so: it says what became of the packet. */
    @Test
    void shouldHandOnWhatIsOddOnly() {
        Map<String, Long> droppedBefore = vipd.dropped();
        long arrivedBefore = LAB.packets().arrivedFromStranger();
        long badSumsBefore = badSums();
        List<String> options =
                List.of("-p 80", "-F -P -U -p 80", "-S -F -R -A -X -Y -p 80", "-S -b -p 80", "-2 -p 53 -d 10");

        awaitDone(options.stream().map(it -> hping3(20, "-i u1000 " + it)).toList());

        assertThat(LAB.packets().arrivedFromStranger() - arrivedBefore).isEqualTo(20L * options.size());
        assertThat(badSums() - badSumsBefore).isEqualTo(20);
        assertThat(vipd.dropped()).isEqualTo(droppedBefore);
    }

    @Test
    void shouldNotFillItsFlowTableFromAFloodOfSyns() {
        long forwardedBefore = vipd.counter("forwarded");
        long flowsBefore = flowsOfStranger();

        awaitDone(List.of(hping3(5000, "-i u100 -S -p 80")));

        assertThat(vipd.counter("forwarded") - forwardedBefore).isGreaterThanOrEqualTo(5000);
        assertThat(flowsOfStranger()).isLessThanOrEqualTo(flowsBefore);
        assertThat(vipd.counter("flow-table-full")).isZero();
    }

    private static long flowsOfStranger() {
        JsonNode flows = vipd.ask("flows", "list", "--limit", "100000");
        // the honest clients', at least
        assertThat(flows).isNotEmpty();
        return StreamSupport.stream(flows.spliterator(), false)
                .filter(it -> it.path("client").asText().startsWith(Family.IPV4.stranger()))
                .count();
    }

    /** Without answers, as here, it ends with 1. */
    private static void awaitDone(List<Program> senders) {
        senders.forEach(it -> {
            it.await(Duration.ofSeconds(30));
            assertThat(it.log()).contains(" packets transmitted, 0 packets received");
        });
    }

    private static long badSums() {
        return SERVERS.stream()
                .mapToLong(it -> LAB.host(it).kernelCounter("TcpInCsumErrors"))
                .sum();
    }
}
