package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real connections, one after the other, shared out as each scheduler says. */
class SchedulersIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final int REQUESTS = 120;
    /** What a scheduler gave counts for as long, flushed or not: two spans of half a second. */
    private static final long GIVEN_NS = TimeUnit.MILLISECONDS.toNanos(1_100);

    private static Vipd vipd;
    private static Client client;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        client = LAB.client();
        vipd.start();
        LAB.startAgents();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        client.awaitAnswersFrom(SERVERS);
    }

    private static Client.Answers share(String scheduler) {
        vipd.apply(Services.of(LAB, "l2dsr").with("b1", 200).by(scheduler)).orFail();
        vipd.ctl("flows", "flush", "--all").orFail();
        LockSupport.parkNanos(GIVEN_NS);
        Client.Answers answers = client.get(REQUESTS);
        assertThat(answers.total()).isEqualTo(REQUESTS);
        return answers;
    }

    private static String explained() {
        return vipd.explain("tcp", Family.IPV4.client(999), Family.IPV4.vip(80))
                .path("reason")
                .asText();
    }

    /** Rows: how many of 120 the first server gets at least and at most, which weighs twice what each of the two others does. */
    @ParameterizedTest
    @CsvSource({"rr, 40, 40", "wrr, 60, 60", "lc, 38, 42", "wlc, 57, 63", "p2c, 50, 70"})
    void shouldShareConnectionsOut(String scheduler, long least, long most) {
        Client.Answers answers = share(scheduler);

        assertThat(answers.of("b1")).as("%s: %s", scheduler, answers).isBetween(least, most);
        assertThat(answers.of("b2"))
                .as("%s: %s", scheduler, answers)
                .isBetween((REQUESTS - most) / 2 - 10, (REQUESTS - least) / 2 + 10);
        assertThat(explained()).isEqualTo("schedule");
    }

    @Test
    void shouldSendAClientToOneServerByItsAddress() {
        assertThat(share("sh").byServer()).hasSize(1);
        assertThat(explained()).isEqualTo("hash");
    }
}
