package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server fails, in each of the ways there are, and is found out by checks that go the way of the clients. */
abstract class HealthChecks {
    private static final String FAILING = "b2";
    /** Interval times fall, the timeout of the last, and a second for what is not the checks' own. */
    private static final Duration FOUND_OUT = Duration.ofMillis(500 * 3 + 400 + 1_000);

    private static final Duration RECOVERED = Duration.ofMillis(500 * 2 + 400 + 1_000);
    /** A server's kernel, or its agent, takes its time. */
    private static final Duration BACK = Duration.ofSeconds(15);

    private Vipd vipd;
    private Host failing;

    abstract Lab lab();

    abstract Services services();

    @BeforeEach
    void serveFromAll() {
        vipd = lab().vipd();
        failing = lab().host(FAILING);
        vipd.apply(services()).orFail();
        for (Family family : Family.values()) {
            vipd.ctl(
                            "service",
                            "set",
                            family.name("web"),
                            "--health",
                            "http",
                            "--health-interval",
                            "500ms",
                            "--health-timeout",
                            "400ms",
                            "--health-fall",
                            "3",
                            "--health-rise",
                            "2")
                    .orFail();
        }
        awaitAllUp(BACK);
        lab().client().awaitAnswersFrom(SERVERS);
    }

    @AfterEach
    void shouldHaveHadNoFault() {
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(lab().packets().crossed()).isZero();
    }

    @Test
    void shouldFindOutThatAServersProgramEnded() {
        Path files = lab().files(FAILING);
        failing.shell("kill $(cat " + files + "/nginx.pid)");
        try {
            awaitDown("connection refused");
            shouldServeWithoutIt();
        } finally {
            failing.shell("nginx -p " + files + " -c nginx.conf -e error.log");
        }
        awaitAllUp(RECOVERED);
        lab().client().awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldFindOutThatAFirewallIsInTheWayAndResetWhatIsStuck() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, "8M")) {
            failing.shell(
                    "nft 'table inet test { chain in { type filter hook input priority 0; tcp dport 80 drop; } }'");
            try {
                awaitDown("no answer");
                Downloads.shouldBeReset(downloads.from(FAILING), Duration.ofSeconds(5));
                Downloads.shouldGrow(downloads.notFrom(FAILING));
                shouldServeWithoutIt();
            } finally {
                failing.shell("nft delete table inet test");
            }
        }
        awaitAllUp(BACK);
    }

    @Test
    void shouldFindOutThatTheVipIsNotOnTheLoopback() {
        lab().agent(FAILING).stop();
        try {
            awaitDown("is the VIP on its loopback");
            shouldServeWithoutIt();
        } finally {
            lab().agent(FAILING).start();
        }
        awaitAllUp(BACK);
        lab().client().awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldFindOutThatAServerIsGone() {
        failing.shell(
                "nft 'table netdev test { chain in { type filter hook ingress device eth0 priority -500; drop; } }'");
        try {
            awaitDown("no answer");
            shouldServeWithoutIt();
        } finally {
            failing.shell("nft delete table netdev test");
        }
        awaitAllUp(BACK);
    }

    private void shouldServeWithoutIt() {
        for (Family family : Family.values()) {
            Client.Answers answers = lab().client().over(family).get(30);
            assertThat(answers.of(FAILING)).isZero();
            assertThat(answers.total()).isEqualTo(30);
        }
    }

    private void awaitDown(String why) {
        for (Family family : Family.values()) {
            Eventually.within(
                    FOUND_OUT,
                    () -> isDown(family, why),
                    () -> FAILING + " is not down because of '" + why + "': " + backend(family, FAILING));
        }
    }

    private boolean isDown(Family family, String why) {
        JsonNode backend = backend(family, FAILING);
        return backend.path("state").asText().equals("down")
                && backend.path("reason").asText().contains(why);
    }

    private void awaitAllUp(Duration limit) {
        for (Family family : Family.values()) {
            for (String server : SERVERS) {
                Eventually.within(
                        limit,
                        () -> backend(family, server).path("state").asText().equals("up"),
                        () -> server + " is not up: " + backend(family, server));
            }
        }
    }

    private JsonNode backend(Family family, String server) {
        for (JsonNode backend : vipd.ask("backend", "list", family.name("web"))) {
            if (backend.path("name").asText().equals(server)) {
                return backend;
            }
        }
        throw new AssertionError("no backend " + server);
    }
}
