package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
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
    static final String FAILING = "b2";
    /** Interval times fall, the timeout of the last, and what a busy machine needs for all that is not the checks' own. */
    private static final Duration FOUND_OUT = Duration.ofMillis(500 * 3 + 400 + 1_500);

    private static final Duration RECOVERED = Duration.ofMillis(500 * 2 + 400 + 1_500);
    /** A server's kernel, or its agent, takes its time. */
    static final Duration BACK = Duration.ofSeconds(15);

    private Vipd vipd;
    private Watched watched;
    Host failing;

    abstract Lab lab();

    abstract Services services();

    @BeforeEach
    void serveFromAll() {
        vipd = lab().vipd();
        watched = new Watched(vipd);
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
        // what servers send from the VIP to the gateway are their answers to the checks
        assertThat(vipd.dropped("fault")).isZero();
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

    void shouldServeWithoutIt() {
        for (Family family : Family.values()) {
            Client.Answers answers = lab().client().over(family).get(30);
            assertThat(answers.of(FAILING)).isZero();
            assertThat(answers.total()).isEqualTo(30);
        }
    }

    void awaitDown(String why) {
        watched.awaitBoth("web", FAILING, "down", why, FOUND_OUT);
    }

    void awaitAllUp(Duration limit) {
        SERVERS.forEach(server -> watched.awaitBoth("web", server, "up", limit));
    }
}
