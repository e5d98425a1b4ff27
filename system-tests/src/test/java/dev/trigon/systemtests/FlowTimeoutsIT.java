package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a flow is remembered is a service's own affair, and whether at all. */
class FlowTimeoutsIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    /** After two seconds: a flow's last packet may be written down twenty later, and all of the table is seen every five. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(35);

    private static final int FLOWS = 9;
    /** Long enough for a busy machine. */
    private static final String GATEWAYS = "flows: {timeouts: {closing: 2m, closed: 2m}}\n";

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start(GATEWAYS);
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
    }

    @BeforeEach
    void forgetEverything() {
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        vipd.ctl("flows", "flush", "--all").orFail();
    }

    /** Services of one family have timeouts of their own for each state; their likes of the other have the gateway's. */
    @Test
    void shouldForgetByTheServicesOwnTimeouts() {
        vipd.ctl("service", "set", "dns", "--timeout", "udp=2s").orFail();
        vipd.ctl("service", "set", "web6", "--timeout", "closing=2s", "--timeout", "closed=2s")
                .orFail();
        vipd.ctl("service", "set", "web", "--timeout", "established=2s").orFail();
        Program idle = LAB.client().host().start("socat", "-u", "TCP4:" + Family.IPV4.vip(80), "STDOUT");
        Program other = LAB.client().host().start("socat", "-u", "TCP6:" + Family.IPV6.vip(80), "STDOUT");
        Eventually.within(
                FORGOTTEN,
                () -> established("web").size() == 1 && established("web6").size() == 1,
                () -> "not both are remembered");
        for (Family family : Family.values()) {
            assertThat(LAB.client().over(family).query(FLOWS).total()).isEqualTo(FLOWS);
            assertThat(LAB.client().over(family).get(FLOWS).total()).isEqualTo(FLOWS);
        }

        shouldForget("dns", 0);
        // the idle connection is not its service's to forget
        shouldForget("web6", 1);
        shouldForget("web", FLOWS);

        assertThat(flowsOf("dns6")).hasSize(FLOWS);
        assertThat(established("web6")).hasSize(1);
        assertThat(established("web")).isEmpty();
        assertThat(idle.isAlive() && other.isAlive()).isTrue();
        idle.stop();
        other.stop();
    }

    /** From one port, which would be one flow and one server. */
    @ParameterizedTest
    @EnumSource
    void shouldChooseAServerForEachDatagramOfAOnePacketService(Family family) {
        String service = family.name("dns");
        vipd.ctl("service", "set", service, "--one-packet").orFail();
        Client client = LAB.client().over(family);

        Map<String, Long> answers = new TreeMap<>();
        for (int i = 0; i < FLOWS; i++) {
            client.queryFrom(5400).byServer().forEach((server, count) -> answers.merge(server, count, Long::sum));
        }

        assertThat(answers).containsOnlyKeys(Lab.SERVERS);
        assertThat(answers.values()).containsOnly(FLOWS / 3L);
        assertThat(flowsOf(service)).isEmpty();
    }

    private static void shouldForget(String service, int butFor) {
        Eventually.within(FORGOTTEN, () -> flowsOf(service).size() <= butFor, () -> "still there: " + flowsOf(service));
    }

    private static JsonNode flowsOf(String service) {
        return vipd.ask("flows", "list", "--limit", "0", "--service", service);
    }

    private static JsonNode established(String service) {
        return vipd.ask("flows", "list", "--limit", "0", "--service", service, "--state", "established");
    }
}
