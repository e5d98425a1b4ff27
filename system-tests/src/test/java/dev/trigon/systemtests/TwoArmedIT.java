package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static dev.trigon.systemtests.lab.Lab.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr, with the servers behind another interface of the gateway than the clients. */
class TwoArmedIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED);

    private static Client client;

    @BeforeAll
    static void serve() {
        client = LAB.client();
        LAB.vipd().start();
        LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        client.awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldBalanceHttpAndKeepRepliesOffTheGateway() {
        Client.Answers answers = client.get(90);

        assertThat(answers.total()).isEqualTo(90);
        assertThat(SERVERS).allSatisfy(it -> assertThat(answers.of(it)).isBetween(27L, 33L));
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldBalanceUdp() {
        assertThat(client.query(30).total()).isEqualTo(30);
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldCarryADownload() {
        Program download = client.download("1G", 20001);

        assertThat(download.await(Duration.ofSeconds(60))).isZero();
        assertThat(download.log()).contains("octets " + Client.DOWNLOAD_OCTETS);
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldAnswerArpForTheVipInFrontOnly() {
        String replies = LAB.router()
                .run("arping", "-c", "2", "-w", "2", "-I", "lan", VIP)
                .out();
        assertThat(replies.toLowerCase(Locale.ROOT)).contains(LAB.gateway().mac("eth0"));

        // among the servers nobody has the VIP: each of them holds it silently
        assertThat(LAB.router()
                        .run("arping", "-c", "1", "-w", "1", "-I", "far", VIP)
                        .exit())
                .isNotZero();
    }
}
