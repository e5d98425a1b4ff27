package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VipctlExplainTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    private static final String NO_HOP =
            "  no next hop is known yet: its first packet waits while the kernel asks for one\n";

    @BeforeEach
    void start() throws Refusal {
        rig = VipctlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldExplainInWords() {
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.dataPath().explanation = new DataPath.Explanation("web", 1, "flow", null);
        assertOut(
                rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"),
                "tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to b1 (10.2.0.11) of service web: the flow is"
                        + " remembered\n" + NO_HOP);
        assertOut(
                rig.vipctl("explain tcp [2001:DB8:C:0::10]:40000 [2001:db8:f::10]:80"),
                "tcp [2001:db8:c::10]:40000 -> [2001:db8:f::10]:80 goes to b1 (10.2.0.11) of service web: the flow is"
                        + " remembered\n" + NO_HOP);
        assertFails(
                rig.vipctl("explain tcp 2001:db8:c::10:40000 [2001:db8:f::10]:80"),
                1,
                "vipctl: explain: 'client' is '2001:db8:c::10:40000'; give an address and a port, such as"
                        + " 192.0.2.10:80 or [2001:db8::10]:80\n");
        rig.dataPath().explanation = new DataPath.Explanation(null, 0, "no-service", null);
        assertOut(
                rig.vipctl("explain udp 198.51.100.10:1 203.0.113.10:53"),
                "udp 198.51.100.10:1 -> 203.0.113.10:53 goes to no backend: no service has this VIP, protocol and"
                        + " port\n");
        assertFails(
                rig.vipctl("explain icmp 198.51.100.10:1 203.0.113.10:53"),
                1,
                "vipctl: explain: the protocol is 'icmp'; give tcp or udp\n");
        assertFails(
                rig.vipctl("explain tcp 198.51.100.10 203.0.113.10:53"),
                1,
                "vipctl: explain: 'client' is '198.51.100.10'; give an address and a port, such as"
                        + " 192.0.2.10:80 or [2001:db8::10]:80\n");
    }

    @Test
    void shouldSayMoreWhereThereIsMore() {
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.vipctl("backend remove web b1");
        rig.dataPath().explanation = new DataPath.Explanation("web", 1, "flow", "established, idle 3s; b1 drains");
        assertOut(
                rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"),
                "tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to b1 (10.2.0.11) of service web: the flow is remembered"
                        + " (established, idle 3s; b1 drains)\n" + NO_HOP);
        rig.dataPath().explanation = new DataPath.Explanation("web", 1, "affinity", null);
        assertOut(
                rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"),
                "tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to b1 (10.2.0.11) of service web: a new flow, and its"
                        + " client is remembered\n" + NO_HOP);
        rig.dataPath().explanation = new DataPath.Explanation(
                "web", 0, "no-backend", "a flow is remembered, and its backend b1 was forced out");
        assertOut(
                rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"),
                "tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to no backend: service web has no backend that takes new"
                        + " flows (a flow is remembered, and its backend b1 was forced out)\n");
    }

    @Test
    void shouldShowWhereAFrameGoesAndWhatBecomesOfIt() {
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.dataPath().whyDown.put(1, "connection refused");
        rig.dataPath().explanation = new DataPath.Explanation("web", 1, "hash", null)
                .with(new DataPath.Passage("eth1", "02:00:00:00:00:11", true, "0200aa", "0200bb"));
        assertOut(rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"), """
                tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to b1 (10.2.0.11) of service web: a new flow, and its hash\
                 chooses this backend
                  its checks find it down: connection refused
                  it leaves by eth1 to 02:00:00:00:00:11, the backend itself
                  the frame of a first packet, as it arrives and as it leaves:
                    0200aa
                    0200bb
                """);
        assertThat(rig.vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80 -o json")
                        .out())
                .contains("\"interface\" : \"eth1\"", "\"after\" : \"0200bb\"", "\"whyDown\" : \"connection refused\"");
    }
}
