package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Command lines against a real control server on a real socket; only the packets are missing. */
class VipctlTest {
    private static final String SERVICES = """
            services:
              - name: web
                vip: 203.0.113.10
                protocol: tcp
                ports:
                  - 80
                  - 8000-8100
                forward: l2dsr
                scheduler: maglev
                backends:
                  - name: b1
                    address: 10.2.0.11
                    weight: 100
                  - name: b2
                    address: 10.2.0.12
                    weight: 50
              - name: dns
                vip: 203.0.113.53
                protocol: udp
                ports:
                  - any
                forward: l3dsr
                dscp: 3
                scheduler: wrr
                backends: []
            """;

    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = VipctlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldAddShowChangeAndRemove() {
        assertOut(
                rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80,443 --forward l3dsr"),
                "service web added: tcp 203.0.113.10 port 80,443, l3dsr, dscp 3, maglev, 0 backends\n");
        assertOut(
                rig.vipctl("backend add web b1 --address 10.2.0.11"),
                "backend b1 of service web added: 10.2.0.11, weight 100\n");
        assertOut(
                rig.vipctl("backend add web b2 --address 10.2.0.12 --weight 7"),
                "backend b2 of service web added: 10.2.0.12, weight 7\n");
        assertOut(rig.vipctl("backend set web b2 --weight 0"), "backend b2 of service web set: weight 0\n");
        assertOut(
                rig.vipctl("service set web --scheduler wrr --port 80"),
                "service web set: tcp 203.0.113.10 port 80, l3dsr, dscp 3, wrr, 2 backends\n");
        assertOut(rig.vipctl("service show web"), """
                name         web
                vip          203.0.113.10
                protocol     tcp
                ports        80
                forward      l3dsr
                dscp         3
                scheduler    wrr
                affinity     -
                timeouts     -
                onePacket    false
                whenDown     reset
                whenAllDown  open
                slowStart    -
                passive      -
                health       -

                SERVICE  NAME  ADDRESS    WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b1    10.2.0.11     100  up         1       10  1.5 KiB
                web      b2    10.2.0.12       0  up         2       20  3.0 KiB
                """);
        assertOut(rig.vipctl("service list"), """
                NAME  VIP           PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS
                web   203.0.113.10  tcp       80     l3dsr       3  wrr               2      3
                """);
        assertOut(
                rig.vipctl("backend remove web b1"),
                "backend b1 of service web removed; 1 flow left there, until the last has ended\n");
        rig.dataPath().activeFlows.put(1, 0L);
        assertOut(rig.vipctl("backend list web"), """
                SERVICE  NAME  ADDRESS    WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b2    10.2.0.12       0  up         2       20  3.0 KiB
                """);
        assertOut(rig.vipctl("service remove web"), "service web removed\n");
        assertOut(
                rig.vipctl("service list"), "NAME  VIP  PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS\n");
    }

    @Test
    void shouldApplyAndExportTheSame() throws IOException {
        Path file = Files.writeString(directory.resolve("services.yaml"), SERVICES);
        assertOut(
                rig.vipctl("apply -f " + file),
                "services.yaml applied: 2 added (web, dns), 0 changed, 0 removed, 0 unchanged\n");
        assertOut(rig.vipctl("export"), SERVICES);
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 2 unchanged\n");

        Path json = Files.writeString(
                directory.resolve("services.json"), rig.vipctl("export -o json").out());
        assertOut(rig.vipctl("-o json apply -f " + json), """
                {
                  "added" : [ ],
                  "changed" : [ ],
                  "removed" : [ ],
                  "unchanged" : [
                    "web",
                    "dns"
                  ],
                  "revision" : 1
                }
                """);
        Files.writeString(file, SERVICES.replace("weight: 50", "weight: 51").replace("name: dns", "name: dns2"));
        assertOut(
                rig.vipctl("apply -f " + file),
                "services.yaml applied: 1 added (dns2), 1 changed (web), 1 removed (dns), 0 unchanged\n");
    }

    /** Side by side, and one that YAML must quote: a colon at the end of a word is a mapping's. */
    @Test
    void shouldExportIpv6SoThatItCanBeApplied() throws IOException {
        String services = SERVICES + """
                  - name: web6
                    vip: 2001:db8:f::10
                    protocol: tcp
                    ports:
                      - 80
                    forward: l2dsr
                    scheduler: maglev
                    backends:
                      - name: b1
                        address: 2001:db8:2::11
                        weight: 100
                  - name: all6
                    vip: "2001:db8:f::"
                    protocol: udp
                    ports:
                      - any
                    forward: l3dsr
                    dscp: 7
                    scheduler: maglev
                    backends:
                      - name: b1
                        address: 1:2:3:4:5:6:7:8
                        weight: 100
                """;
        Path file = Files.writeString(directory.resolve("services.yaml"), services);
        assertOut(
                rig.vipctl("apply -f " + file),
                "services.yaml applied: 4 added (web, dns, web6, all6), 0 changed, 0 removed, 0 unchanged\n");
        assertOut(rig.vipctl("export"), services);
        Files.writeString(file, rig.vipctl("export").out());
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
        Files.writeString(file, rig.vipctl("export -o json").out());
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
    }

    @Test
    void shouldPrintForPrograms() throws IOException {
        Path file = Files.writeString(directory.resolve("services.yaml"), SERVICES);
        rig.vipctl("apply -f " + file);
        assertOut(rig.vipctl("backend list web -o json"), """
                [
                  {
                    "service" : "web",
                    "name" : "b1",
                    "address" : "10.2.0.11",
                    "weight" : 100,
                    "state" : "up",
                    "activeFlows" : 1,
                    "packets" : 10,
                    "bytes" : 1536
                  },
                  {
                    "service" : "web",
                    "name" : "b2",
                    "address" : "10.2.0.12",
                    "weight" : 50,
                    "state" : "up",
                    "activeFlows" : 2,
                    "packets" : 20,
                    "bytes" : 3072
                  }
                ]
                """);
        assertOut(rig.vipctl("service show dns -o yaml"), """
                name: dns
                vip: 203.0.113.53
                protocol: udp
                ports:
                  - any
                forward: l3dsr
                dscp: 3
                scheduler: wrr
                affinity: null
                timeouts: null
                onePacket: false
                whenDown: null
                whenAllDown: open
                slowStart: null
                passive: null
                handshakeSeconds: null
                health: null
                backends: []
                """);
        assertThat(rig.vipctl("service show web -o json").out())
                .contains("\"dscp\" : null", "\"affinity\" : null", "\"health\" : null");
    }

    @Test
    void shouldShowWhatRuns() throws IOException {
        assertOut(rig.vipctl("status"), """
                version     0.1.0
                up for      1h 2m
                engine      pcap (chosen in vipd.yaml)
                interfaces  eth0 up (pcap)
                workers     1
                services    0 (revision 0)
                flows       0 of at most 1048576
                state       kept
                """);
        rig.dataPath().arms = List.of(
                new ArmStatus("eth0", "af_xdp", "generic mode", "the host can", 2, null),
                new ArmStatus("eth1", "pcap", null, "the host cannot", 0, "it is down"));
        assertThat(rig.vipctl("status").out()).contains("""
                interfaces  eth0 up (af_xdp, generic mode)
                            eth1 LOST: it is down
                """);
        assertThat(rig.vipctl("status -o json").out())
                .contains("\"interface\" : \"eth1\"", "\"state\" : \"lost\"", "\"why\" : \"it is down\"");
        assertOut(rig.vipctl("counters"), """
                COUNTER        PACKETS
                received       1234570
                forwarded      1234567
                answered             1
                passed               0
                waiting              0
                dropped              2
                  truncated          2
                kernelDropped        5
                """);
        assertOut(rig.vipctl("counters --all"), """
                COUNTER        PACKETS  MEANING
                received       1234570  what received means
                forwarded      1234567  what forwarded means
                answered             1  what answered means
                passed               0  what passed means
                waiting              0  what waiting means
                dropped              2  what dropped means
                  truncated          2  shorter than its headers say
                  no-backend         0  no backend takes new flows
                kernelDropped        5  no room in the capture
                """);
        assertThat(rig.vipctl("counters -o json").out()).doesNotContain("meanings");
        assertThat(rig.vipctl("counters --all -o json").out())
                .contains("\"meanings\" : {\n    \"received\" : \"what received means\",");
        assertOut(rig.vipctl("flows count -o json"), """
                {
                  "active" : 0,
                  "max" : 1048576
                }
                """);
    }

    @Test
    void shouldHaveHelpWithAnExampleForEveryCommand() {
        for (String command : new String[] {
            "service add",
            "service list",
            "service show",
            "service set",
            "service remove",
            "backend add",
            "backend list",
            "backend set",
            "backend remove",
            "backend drain",
            "backend enable",
            "backend disable",
            "plan",
            "apply",
            "confirm",
            "history",
            "history show",
            "rollback",
            "export",
            "schema",
            "status",
            "counters",
            "flows list",
            "flows count",
            "flows flush",
            "explain",
            "top",
            "completion"
        }) {
            VipctlRig.Run help = rig.vipctl(command + " --help");
            assertThat(help.exitCode()).as(command).isZero();
            assertThat(help.out()).as(command).contains("Example", "  vipctl " + command);
            assertThat(help.out().lines()).as(command).allMatch(line -> line.length() <= 80);
        }
        assertThat(rig.vipctl("--version").out()).startsWith("vipctl ");
    }
}
