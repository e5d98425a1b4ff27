package dev.trigon.dataplane.doctor;

import static dev.trigon.dataplane.doctor.FindingAssert.assertWrong;
import static dev.trigon.dataplane.doctor.FindingAssert.only;
import static dev.trigon.dataplane.doctor.FindingAssert.those;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.KernelClock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** vipd itself, and what it stands on. */
class VipdChecksTest {
    private static final ServiceSpec WEB =
            Specs.service("web").backend(1, "10.2.0.11", 100).spec();

    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway = FakeGateway.with(WEB);

    private List<Finding> look(Check check) {
        return check.look(new Patient(gateway, host));
    }

    private void mend(Finding finding) {
        assertThat(finding.remedy()).isNotNull();
        assertThat(finding.remedy().mending()).isNotNull();
        finding.remedy().mending().mend(new Patient(gateway, host));
    }

    private void arm(String engine, String reason, @Nullable String whyLost) {
        gateway.dataPath.arms = List.of(new ArmStatus("eth0", engine, null, reason, 1, whyLost));
    }

    @Test
    void shouldNameAnInterfaceThatIsLost() {
        only(look(new ArmsCheck()), State.WELL);

        arm("pcap", "chosen in vipd.yaml", "it is down");

        assertWrong(only(look(new ArmsCheck()), State.WRONG), "eth0", "it is down", "ip link set eth0 up");
    }

    @Test
    void shouldSayWhyAutoIsNotTheBest() {
        arm("pcap", "af_xdp cannot be: vipd may not lock the memory that frames lie in", null);
        only(look(new EngineCheck()), State.WELL);

        gateway.wantedEngine = VipdConfig.Engine.AUTO;

        assertWrong(only(look(new EngineCheck()), State.WRONG), "eth0", "vipd may not lock the memory", "engine: pcap");
    }

    @Test
    void shouldNameVipsWithoutAGuard() {
        only(look(new GuardCheck()), State.WELL);

        gateway.unguarded.add(WEB.vip());
        Finding wrong = only(look(new GuardCheck()), State.WRONG);
        assertWrong(wrong, "VIP 203.0.113.10", "no blackhole route", "ip route add blackhole 203.0.113.10 proto 84");
        mend(wrong);

        only(look(new GuardCheck()), State.WELL);
    }

    @Test
    void shouldNameTheRulesOfVipsThatAreItsOwn() {
        gateway.services.add(Specs.service("own").vip("10.2.0.2").spec());
        assertThat(those(look(new GuardCheck()), State.WELL)).hasSize(2);

        gateway.portGuardFault = "table inet trigon_gateway is gone or changed";

        assertWrong(
                those(look(new GuardCheck()), State.WRONG).get(0),
                "VIPs that are the gateway's own: 10.2.0.2",
                "table inet trigon_gateway is gone",
                "--fix");
    }

    @Test
    void shouldNameOffloadsThatChangeFrames() {
        arm("af_xdp", "chosen in vipd.yaml", null);
        assertThat(only(look(new OffloadsCheck()), State.WELL).evidence()).isEqualTo("gro, lro, rxvlan off");

        host.on.add(Offload.GRO);
        Finding wrong = those(look(new OffloadsCheck()), State.WRONG).get(0);

        assertWrong(wrong, "eth0", "generic-receive-offload is on", "ethtool -K eth0 gro off");
        mend(wrong);
        assertThat(gateway.offloadsSwitchedOff).isOne();
    }

    /** pcap is told of the tag that was taken off. */
    @Test
    void shouldLeavePcapItsTags() {
        host.on.add(Offload.RXVLAN);

        only(look(new OffloadsCheck()), State.WELL);
    }

    @Test
    void shouldNameATableThatIsNearlyFull() {
        assertThat(those(look(new TablesCheck()), State.WELL)).hasSize(2);

        gateway.clients = new Gateway.Fill(950, 1_000);

        assertWrong(
                those(look(new TablesCheck()), State.WRONG).get(0), "affinity table", "950 of at most 1,000", "maxAff");
    }

    @Test
    void shouldCountFramesThatVipdNeverSaw() {
        gateway.dataPath.other = Map.of("capture-drops", 5L);
        assertThat(only(look(new LossCheck()), State.WELL).evidence()).startsWith("5 lost and 1,234,570 received");

        gateway.dataPath.other = Map.of("capture-drops", 1_000L);

        assertWrong(only(look(new LossCheck()), State.WRONG), "capture", ": 0.0809 %", "docs/engines.md");
    }

    @Test
    void shouldNameAStateDirectoryThatFails() {
        assertThat(only(look(new StateCheck()), State.WELL).evidence())
                .isEqualTo("it can be written; 5,120 MiB of 10,240 MiB are free");

        host.space = new Host.Space(10L << 20, 10L << 30);
        assertWrong(only(look(new StateCheck()), State.WRONG), "/var/lib/trigon", "10 MiB of", "df -h");

        gateway.dataPath.stateFault = "state /var/lib/trigon: its disk hangs";
        assertWrong(only(look(new StateCheck()), State.WRONG), "/var/lib/trigon", "its disk hangs", "df -h");
    }

    @Test
    void shouldNameLimitsThatAreNear() {
        only(look(new OpenFilesCheck()), State.WELL);

        host.openFiles = new Host.Descriptors(1_000, 1_024);

        assertWrong(only(look(new OpenFilesCheck()), State.WRONG), "vipd", "1000 open of at most 1024", "LimitNOFILE");
    }

    @Test
    void shouldNameAClockThatNobodyKeeps() {
        assertThat(only(look(new ClockCheck()), State.WELL).evidence()).isEqualTo("synchronised, to 12 ms");

        host.clock = new KernelClock.Reading(false, 16_000_000);

        assertWrong(only(look(new ClockCheck()), State.WRONG), "time of day", "nobody synchronises it", "timedatectl");
    }
}
