package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** l2dsr, with the servers behind another interface of the gateway than the clients. */
class TwoArmedIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED);

    private static final String SECOND_VIP = "203.0.113.20";

    private static Client client;

    @BeforeAll
    static void serve() {
        client = LAB.client();
        LAB.serveLayer2("--vip", SECOND_VIP);
    }

    @Override
    Lab lab() {
        return LAB;
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

    @Test
    void shouldServeASecondVipUntilItIsRemoved() {
        Vipd vipd = LAB.vipd();
        vipd.ctl("service", "add", "second", "--vip", SECOND_VIP, "--protocol", "tcp", "--port", "80")
                .orFail();
        vipd.ctl("backend", "add", "second", "b2", "--address", LAB.address("b2"))
                .orFail();

        String[] request = {"curl", "-s", "--max-time", "2", "http://" + SECOND_VIP + "/"};
        assertThat(client.host().run(request).out()).isEqualTo("b2\n");
        assertThat(client.get(3).total()).isEqualTo(3);

        vipd.ctl("service", "remove", "second").orFail();
        assertThat(client.host().run(request).exit()).isNotZero();
        assertThat(client.get(3).total()).isEqualTo(3);
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldServeRangesOfPortsAndAllOfThem() {
        Vipd vipd = LAB.vipd();
        vipd.ctl("service", "add", "range", "--vip", SECOND_VIP, "--protocol", "tcp", "--port", "8000-8100")
                .orFail();
        try {
            vipd.ctl("backend", "add", "range", "b3", "--address", LAB.address("b3"))
                    .orFail();
            assertThat(ask(8080)).isEqualTo("b3\n");
            assertThat(ask(80)).isEmpty();

            vipd.ctl("service", "set", "range", "--port", "any").orFail();

            assertThat(ask(8080)).isEqualTo("b3\n");
            assertThat(ask(80)).isEqualTo("b3\n");
        } finally {
            vipd.ctl("service", "remove", "range").orFail();
        }
    }

    private static String ask(int port) {
        return client.host()
                .run("curl", "-s", "--max-time", "2", "http://" + SECOND_VIP + ":" + port + "/")
                .out();
    }
}
