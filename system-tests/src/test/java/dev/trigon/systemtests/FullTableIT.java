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
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** More flows than there is room for: those that are there stay, and new ones are served without being remembered. */
class FullTableIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final int MAX_FLOWS = 1024;
    private static final int PER_SECOND = 20_000;
    private static final Duration LENGTH = Duration.ofSeconds(8);
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start("flows: {max: %d}\n".formatted(MAX_FLOWS));
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
    }

    /** What another test has filled it with is gone. */
    @BeforeEach
    void makeRoom() {
        vipd.ctl("flows", "flush", "--all").orFail();
    }

    @ParameterizedTest
    @CsvSource({"UDP, 7000, wrr", "ACK, 80, wrr", "ACK, 80, maglev"})
    void shouldServeOnWithAFullTable(Flood.Kind kind, int port, String scheduler) {
        vipd.apply(Services.of(LAB, "l2dsr").by(scheduler)).orFail();
        try (Downloads downloads = Downloads.start(LAB, 80, 3, "4M")) {
            long receivedBefore = vipd.counter("received");
            long unrememberedBefore = vipd.counter("flows-not-remembered");
            Flood flood = LAB.flood(kind, Family.IPV4, port, PER_SECOND, LENGTH);
            Eventually.within(
                    SOON,
                    () -> vipd.activeFlows() >= MAX_FLOWS * 7 / 8,
                    () -> "the table does not fill: " + vipd.activeFlows());

            downloads.shouldGrow();
            Client.Answers answers4 = LAB.client().get(50);
            Client.Answers answers6 = LAB.client().over(Family.IPV6).get(50);

            assertThat(flood.isRunning()).as("the flood lasted").isTrue();
            downloads.shouldGrow();
            flood.sent();
            assertThat(answers4.total() + answers6.total()).isGreaterThanOrEqualTo(99);
            assertThat(vipd.counter("flows-not-remembered") - unrememberedBefore)
                    .isGreaterThan((vipd.counter("received") - receivedBefore) / 2);
            assertThat(vipd.activeFlows()).isLessThanOrEqualTo(MAX_FLOWS);
            shouldBeRememberedStill(downloads);
        }
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(LAB.packets().crossed()).isZero();
    }

    private static void shouldBeRememberedStill(Downloads downloads) {
        for (Download it : downloads.all()) {
            JsonNode explained = vipd.explain("tcp", it.client(), it.family().vip(80));
            assertThat(explained.path("reason").asText()).as(it.toString()).isEqualTo("flow");
            assertThat(explained.path("backend").asText()).as(it.toString()).isEqualTo(it.server());
        }
    }
}
