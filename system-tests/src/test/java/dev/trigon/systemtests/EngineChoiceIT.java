package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.systemtests.lab.DeniedCall;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.PassingProgram;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code engine: auto} vipd takes the best engine that is possible, says why it is no better, and serves. */
class EngineChoiceIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED).withEngine("auto");

    private static final int ENOSYS = 38;

    @BeforeAll
    static void startAgents() {
        LAB.startAgents();
    }

    @AfterEach
    void stop() {
        assertThat(LAB.vipd().stop()).isZero();
    }

    private static void shouldServeBy(String engine, String reason) {
        JsonNode arm = LAB.vipd().status().path("arms").path(0);
        assertThat(arm.path("engine").asText()).isEqualTo(engine);
        assertThat(arm.path("reason").asText()).startsWith(reason);
        assertThat(LAB.vipd().status().path("engineReason").asText()).startsWith(reason);
        LAB.vipd().apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
    }

    @Test
    void shouldBeAfXdpWhereTheDriverRunsPrograms() {
        LAB.vipd().start();
        shouldServeBy("af_xdp", "the best that its driver is capable of");
    }

    @Test
    void shouldBePcapBesideAnotherProgram() {
        Program other = PassingProgram.hold(LAB.gateway(), "eth0", XdpLink.Mode.NATIVE);
        try {
            LAB.vipd().start();
            shouldServeBy("pcap", "af_xdp cannot be: another XDP program is on eth0");
        } finally {
            other.stop();
        }
    }

    @Test
    void shouldBePcapWhereTheKernelHasNoPrograms() {
        LAB.vipd().startBehind(DeniedCall.BPF.with(ENOSYS), "");
        shouldServeBy("pcap", "af_xdp cannot be: ");
    }

    @Test
    void shouldBePcapWithoutThePrivileges() {
        LAB.vipd().startBehind(List.of("setpriv", "--bounding-set=-bpf,-sys_admin"), "");
        shouldServeBy("pcap", "af_xdp cannot be: vipd may not load XDP programs");
    }
}
