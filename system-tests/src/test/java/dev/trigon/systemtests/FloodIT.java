package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Download;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Flood;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Packets and requests of clients that are none, very many of them: honest ones do not notice, and the flow table does not fill. */
@Tag("alone")
class FloodIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    /** Of both families together. A machine's two processors make and forward that many beside all else. */
    private static final int PER_SECOND = Integer.getInteger("trigon.flood", 40_000);

    private static final Duration LENGTH = Duration.ofSeconds(8);
    private static final int MAX_FLOWS = 65_536;
    private static final int NEW_PER_SECOND = 2_000;
    private static final int REQUESTS = 200;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Pattern SERVED = Pattern.compile("(\\d+) requests in");

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start("flows: {max: %d, newPerSecond: %d, timeouts: {closing: 4s, closed: 2s}}\n"
                .formatted(MAX_FLOWS, NEW_PER_SECOND));
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
    }

    /** What another flood has filled the table with is gone. */
    @BeforeEach
    void makeRoom() {
        vipd.post("/v1/flows/flush", "{\"all\": true}");
    }

    @AfterEach
    void shouldHaveHadNoFault() {
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(LAB.packets().crossed()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "SYN, 80, wrr",
        "SYN, 80, maglev",
        "ACK, 80, wrr",
        "ACK, 80, maglev",
        "UDP, 7000, wrr",
        "UDP, 7000, maglev"
    })
    void shouldServeThroughAFlood(Flood.Kind kind, int port, String scheduler) {
        vipd.apply(Services.of(LAB, "l2dsr").by(scheduler)).orFail();
        try (Downloads downloads = Downloads.start(LAB, 80, 3, "4M")) {
            long flowsBefore = vipd.activeFlows();
            long arrivedBefore = arrived();
            long receivedBefore = vipd.counter("received");
            long unrememberedBefore = notRemembered();
            List<Flood> floods = flood(kind, port);

            downloads.shouldGrow();
            Client.Answers answers4 = LAB.client().get(REQUESTS / 2);
            Client.Answers answers6 = LAB.client().over(Family.IPV6).get(REQUESTS / 2);
            assertThat(floods).as("the flood lasted").allMatch(Flood::isRunning);
            downloads.shouldGrow();

            long sent = floods.stream().mapToLong(Flood::sent).sum();
            assertThat(arrived() - arrivedBefore).isGreaterThan(sent * 9 / 10);
            assertThat(answers4.total() + answers6.total()).isGreaterThanOrEqualTo(REQUESTS * 99 / 100);
            shouldBeWhereTheyWere(downloads);
            shouldHaveRememberedFew(kind, vipd.activeFlows() - flowsBefore);
            // the rest is accounted for, but for what the handshakes' own table has room for
            assertThat(notRemembered() - unrememberedBefore)
                    .isGreaterThan((vipd.counter("received") - receivedBefore) / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerDatagramsThroughAFloodOfThem(Family family) {
        List<Flood> floods = flood(Flood.Kind.UDP, Services.SIZES_PORT);

        assertThat(LAB.client().over(family).query(50).total()).isGreaterThanOrEqualTo(49);

        assertThat(floods).as("the flood lasted").allMatch(Flood::isRunning);
        floods.forEach(Flood::close);
    }

    /** Who may open the control socket may flood that too: of a VIP's clients none notices. */
    @Test
    void shouldFailNoRequestThroughAFloodOfTheControlSocketAndAnswerItAfterwards() throws IOException {
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        JsonNode configured = vipd.configuration();
        Map<String, Long> droppedBefore = vipd.dropped();
        Program clients = LAB.client()
                .host()
                .start("wrk", "-t1", "-c8", "-d60", "-H", "Connection: close", "http://" + Family.IPV4.vip(80) + "/");

        try (ControlFlood flood = ControlFlood.start(vipd.socket())) {
            LockSupport.parkNanos(LENGTH.dividedBy(2).toNanos());
            Output asked = vipd.ctl("status");
            assertThat(asked.exit() == 0 || asked.err().matches("(?s)vipctl: .+: .+; .+"))
                    .as(asked.toString())
                    .isTrue();
            assertThat(flood.answers()).isGreaterThan(REQUESTS);
        }
        // its report comes with its end
        clients.interrupt();

        vipd.ctl("status").orFail();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        assertThat(vipd.configuration()).isEqualTo(configured);
        Matcher served = SERVED.matcher(clients.log());
        assertThat(served.find()).as(clients.log()).isTrue();
        assertThat(Long.parseLong(served.group(1))).isGreaterThan(REQUESTS);
        assertThat(clients.log()).doesNotContain("Socket errors", "Non-2xx");
        assertThat(vipd.dropped()).isEqualTo(droppedBefore);
    }

    /** Of both families; returns once it has come to vipd. */
    private static List<Flood> flood(Flood.Kind kind, int port) {
        long before = vipd.counter("received");
        List<Flood> floods = Stream.of(Family.values())
                .map(it -> LAB.flood(kind, it, port, PER_SECOND / 2, LENGTH))
                .toList();
        Eventually.within(
                SOON, () -> vipd.counter("received") > before + PER_SECOND / 2, () -> "no flood comes to vipd");
        return floods;
    }

    /** A begin of a connection is nothing to remember; of what else is new, no more than the rate allows. */
    private static void shouldHaveRememberedFew(Flood.Kind kind, long newFlows) {
        long honest = REQUESTS + 50;
        if (kind == Flood.Kind.SYN) {
            assertThat(newFlows).isLessThan(honest);
        } else {
            // the first second's is there before the flood's own first second is over
            assertThat(newFlows).isBetween(NEW_PER_SECOND / 2L, NEW_PER_SECOND * (LENGTH.toSeconds() + 2) + honest);
            assertThat(vipd.counter("flow-table-full")).isZero();
        }
    }

    /** On a busy machine some find no room in the capture: the honest clients' packets too, which they send again. */
    private static long arrived() {
        return vipd.counter("received") + vipd.counter("capture-drops");
    }

    /** Packets of new connections that left nothing behind, or nothing for long. */
    private static long notRemembered() {
        return Stream.of("flows-not-remembered", "handshakes-not-remembered", "handshakes-displaced")
                .mapToLong(vipd::counter)
                .sum();
    }

    private static void shouldBeWhereTheyWere(Downloads downloads) {
        for (Download it : downloads.all()) {
            assertThat(vipd.explain("tcp", it.client(), it.family().vip(80))
                            .path("backend")
                            .asText())
                    .as(it.toString())
                    .isEqualTo(it.server());
        }
    }
}
