package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.control.DataPath.Running;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunningTest {
    private static final String CHOSEN = "chosen in vipd.yaml";

    private static Running on(ArmStatus... arms) {
        return new Running(List.of(arms), 2, 0, null);
    }

    private static ArmStatus arm(String name, String engine, String reason) {
        return new ArmStatus(name, engine, null, reason, 1, null);
    }

    @Test
    void shouldNameOnceWhatInterfacesHaveInCommon() {
        Running running = on(arm("eth0", "pcap", CHOSEN), arm("eth1", "pcap", CHOSEN));

        assertThat(running.engine()).isEqualTo("pcap");
        assertThat(running.engineReason()).isEqualTo(CHOSEN);
    }

    @Test
    void shouldSayOfEachInterfaceWhyWhereTheyDiffer() {
        Running running = on(arm("eth0", "af_xdp", "the best"), arm("eth1", "pcap", "no queue"));

        assertThat(running.engine()).isEqualTo("af_xdp, pcap");
        assertThat(running.engineReason()).isEqualTo("af_xdp on eth0: the best; pcap on eth1: no queue");
    }
}
