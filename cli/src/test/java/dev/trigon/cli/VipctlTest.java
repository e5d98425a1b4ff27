package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.ControlServer;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.control.FakeDataPath;
import dev.trigon.dataplane.control.ServiceRegistry;
import dev.trigon.dataplane.control.StateDirectory;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    private final FakeDataPath dataPath = new FakeDataPath();
    private StateDirectory state;
    private ControlServer server;
    private Map<String, String> environment;

    record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Refusal {
        Path socket = directory.resolve("vipd.sock");
        state = StateDirectory.open(directory.resolve("state"));
        server = ControlServer.start(socket, ServiceRegistry.open(state, dataPath), dataPath, "0.1.0", () -> 3_725);
        environment = Map.of("VIPCTL_SOCKET", socket.toString());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        state.close();
    }

    @Test
    void shouldAddShowChangeAndRemove() {
        assertOut(
                vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80,443 --forward l3dsr"),
                "service web added: tcp 203.0.113.10 port 80,443, l3dsr, dscp 3, maglev, 0 backends\n");
        assertOut(
                vipctl("backend add web b1 --address 10.2.0.11"),
                "backend b1 of service web added: 10.2.0.11, weight 100\n");
        assertOut(
                vipctl("backend add web b2 --address 10.2.0.12 --weight 7"),
                "backend b2 of service web added: 10.2.0.12, weight 7\n");
        assertOut(vipctl("backend set web b2 --weight 0"), "backend b2 of service web set: weight 0\n");
        assertOut(
                vipctl("service set web --scheduler wrr --port 80"),
                "service web set: tcp 203.0.113.10 port 80, l3dsr, dscp 3, wrr, 2 backends\n");
        assertOut(vipctl("service show web"), """
                name       web
                vip        203.0.113.10
                protocol   tcp
                ports      80
                forward    l3dsr
                dscp       3
                scheduler  wrr
                affinity   -
                health     -

                SERVICE  NAME  ADDRESS    WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b1    10.2.0.11     100  up         1       10  1.5 KiB
                web      b2    10.2.0.12       0  up         2       20  3.0 KiB
                """);
        assertOut(vipctl("service list"), """
                NAME  VIP           PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS
                web   203.0.113.10  tcp       80     l3dsr       3  wrr               2      3
                """);
        assertOut(vipctl("backend remove web b1"), "backend b1 of service web removed\n");
        assertOut(vipctl("backend list web"), """
                SERVICE  NAME  ADDRESS    WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b2    10.2.0.12       0  up         2       20  3.0 KiB
                """);
        assertOut(vipctl("service remove web"), "service web removed\n");
        assertOut(vipctl("service list"), "NAME  VIP  PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS\n");
    }

    @Test
    void shouldApplyAndExportTheSame() throws IOException {
        Path file = Files.writeString(directory.resolve("services.yaml"), SERVICES);
        assertOut(
                vipctl("apply -f " + file),
                "services.yaml applied: 2 added (web, dns), 0 changed, 0 removed, 0 unchanged\n");
        assertOut(vipctl("export"), SERVICES);
        assertOut(vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 2 unchanged\n");

        Path json = Files.writeString(
                directory.resolve("services.json"), vipctl("export -o json").out());
        assertOut(vipctl("-o json apply -f " + json), """
                {
                  "added" : [ ],
                  "changed" : [ ],
                  "removed" : [ ],
                  "unchanged" : [
                    "web",
                    "dns"
                  ]
                }
                """);
        Files.writeString(file, SERVICES.replace("weight: 50", "weight: 51").replace("name: dns", "name: dns2"));
        assertOut(
                vipctl("apply -f " + file),
                "services.yaml applied: 1 added (dns2), 1 changed (web), 1 removed (dns), 0 unchanged\n");
    }

    @Test
    void shouldDoAllOfItInIpv6() {
        assertOut(
                vipctl("service add web --vip 2001:DB8:F:0::10 --protocol tcp --port any --forward l3dsr"),
                "service web added: tcp 2001:db8:f::10 port any, l3dsr, dscp 3, maglev, 0 backends\n");
        assertOut(
                vipctl("backend add web b1 --address 2001:db8:2:0::11"),
                "backend b1 of service web added: 2001:db8:2::11, weight 100\n");
        assertOut(
                vipctl("service set web --vip 2001:db8:f::"),
                "service web set: tcp 2001:db8:f:: port any, l3dsr, dscp 3, maglev, 1 backend\n");
        assertOut(vipctl("service list"), """
                NAME  VIP           PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS
                web   2001:db8:f::  tcp       any    l3dsr       3  maglev            1      1
                """);
        assertOut(vipctl("service show web"), """
                name       web
                vip        2001:db8:f::
                protocol   tcp
                ports      any
                forward    l3dsr
                dscp       3
                scheduler  maglev
                affinity   -
                health     -

                SERVICE  NAME  ADDRESS         WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b1    2001:db8:2::11     100  up         1       10  1.5 KiB
                """);
        assertFails(
                vipctl("backend add web b2 --address 10.2.0.12"),
                1,
                "vipctl: backend 'b2' of service 'web': its address 10.2.0.12 is IPv4 and VIP 2001:db8:f:: is IPv6, and"
                        + " a packet keeps its family; give the server's IPv6 address, or make a service of an IPv4"
                        + " VIP\n");
        assertFails(
                vipctl("service add other --vip fe80::1%eth0 --protocol tcp --port 80"),
                1,
                "vipctl: new service, field 'vip': 'vip' is 'fe80::1%eth0', which names a zone; give an address that"
                        + " holds on every link, without %\n");
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
                vipctl("apply -f " + file),
                "services.yaml applied: 4 added (web, dns, web6, all6), 0 changed, 0 removed, 0 unchanged\n");
        assertOut(vipctl("export"), services);
        Files.writeString(file, vipctl("export").out());
        assertOut(vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
        Files.writeString(file, vipctl("export -o json").out());
        assertOut(vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
    }

    @Test
    void shouldPrintForPrograms() throws IOException {
        Path file = Files.writeString(directory.resolve("services.yaml"), SERVICES);
        vipctl("apply -f " + file);
        assertOut(vipctl("backend list web -o json"), """
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
        assertOut(vipctl("service show dns -o yaml"), """
                name: dns
                vip: 203.0.113.53
                protocol: udp
                ports:
                  - any
                forward: l3dsr
                dscp: 3
                scheduler: wrr
                affinity: null
                health: null
                backends: []
                """);
        assertThat(vipctl("service show web -o json").out())
                .contains("\"dscp\" : null", "\"affinity\" : null", "\"health\" : null");
    }

    @Test
    void shouldShowWhatRuns() throws IOException {
        assertOut(vipctl("status"), """
                version     0.1.0
                up for      1h 2m
                engine      pcap (chosen in vipd.yaml)
                interfaces  eth0
                workers     1
                services    0
                flows       0 of at most 1048576
                """);
        assertOut(vipctl("counters"), """
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
        assertOut(vipctl("counters --all"), """
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
        assertThat(vipctl("counters -o json").out()).doesNotContain("meanings");
        assertThat(vipctl("counters --all -o json").out())
                .contains("\"meanings\" : {\n    \"received\" : \"what received means\",");
        assertOut(vipctl("flows count -o json"), """
                {
                  "active" : 0,
                  "max" : 1048576
                }
                """);
    }

    @Test
    void shouldListFlowsAndSayWhenThereAreMore() throws IOException {
        vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        vipctl("backend add web b1 --address 10.2.0.11");
        dataPath.flows.add(flow(40_000, 1));
        dataPath.flows.add(flow(40_001, 9));
        assertOut(vipctl("flows list"), """
                PROTOCOL  CLIENT               VIP              BACKEND  STATE        IDLE  PACKETS  BYTES
                tcp       198.51.100.10:40000  203.0.113.10:80  b1       established    3s       12  900 B
                tcp       198.51.100.10:40001  203.0.113.10:80  -        established    3s       12  900 B
                """);
        dataPath.flows.add(new DataPath.Flow(
                Protocol.UDP,
                address("2001:db8:c::10"),
                40_002,
                address("2001:db8:f::10"),
                53,
                "web",
                1,
                "udp",
                75,
                1,
                2_048));
        assertOut(vipctl("flows list"), """
                PROTOCOL  CLIENT                  VIP                  BACKEND  STATE          IDLE  PACKETS    BYTES
                tcp       198.51.100.10:40000     203.0.113.10:80      b1       established      3s       12    900 B
                tcp       198.51.100.10:40001     203.0.113.10:80      -        established      3s       12    900 B
                udp       [2001:db8:c::10]:40002  [2001:db8:f::10]:53  b1       udp          1m 15s        1  2.0 KiB
                """);
        dataPath.flows.remove(2);
        Run one = vipctl("flows list --limit 1 -o json");
        assertThat(one.exitCode()).isZero();
        assertThat(one.out()).startsWith("[\n  {\n    \"protocol\" : \"tcp\",").endsWith("]\n");
        assertThat(one.err()).isEqualTo("vipctl: 1 of 2 flows; --limit N shows more\n");
    }

    @Test
    void shouldExplainInWords() {
        vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        vipctl("backend add web b1 --address 10.2.0.11");
        dataPath.explanation = new DataPath.Explanation("web", 1, "flow", null);
        assertOut(
                vipctl("explain tcp 198.51.100.10:40000 203.0.113.10:80"),
                "tcp 198.51.100.10:40000 -> 203.0.113.10:80 goes to b1 (10.2.0.11) of service web: the flow is"
                        + " remembered\n");
        assertOut(
                vipctl("explain tcp [2001:DB8:C:0::10]:40000 [2001:db8:f::10]:80"),
                "tcp [2001:db8:c::10]:40000 -> [2001:db8:f::10]:80 goes to b1 (10.2.0.11) of service web: the flow is"
                        + " remembered\n");
        assertFails(
                vipctl("explain tcp 2001:db8:c::10:40000 [2001:db8:f::10]:80"),
                1,
                "vipctl: explain: 'client' is '2001:db8:c::10:40000'; give an address and a port, such as"
                        + " 192.0.2.10:80 or [2001:db8::10]:80\n");
        dataPath.explanation = new DataPath.Explanation(null, 0, "no-service", null);
        assertOut(
                vipctl("explain udp 198.51.100.10:1 203.0.113.10:53"),
                "udp 198.51.100.10:1 -> 203.0.113.10:53 goes to no backend: no service has this VIP, protocol and"
                        + " port\n");
        assertFails(
                vipctl("explain icmp 198.51.100.10:1 203.0.113.10:53"),
                1,
                "vipctl: explain: the protocol is 'icmp'; give tcp or udp\n");
        assertFails(
                vipctl("explain tcp 198.51.100.10 203.0.113.10:53"),
                1,
                "vipctl: explain: 'client' is '198.51.100.10'; give an address and a port, such as"
                        + " 192.0.2.10:80 or [2001:db8::10]:80\n");
    }

    /** Every line of the guide that is a command, in its order. */
    @Test
    void shouldDoWhatTheGuideSays() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "services.md"));
        Path file = Files.writeString(
                directory.resolve("services.yaml"),
                guide.substring(guide.indexOf("    services:"), guide.indexOf("    vipctl apply")));
        List<String> commands = guide.lines()
                .filter(line -> line.startsWith("    vipctl "))
                .map(line -> line.strip().substring("vipctl ".length()))
                .toList();
        assertThat(commands).hasSizeGreaterThan(10);
        for (String command : commands) {
            Run run = vipctl(command.replace("'", "").replace("services.yaml", file.toString()));
            assertThat(run.err()).as(command).isEmpty();
            assertThat(run.exitCode()).as(command).isZero();
        }
    }

    @Test
    void shouldExitWith1WhenRefusedAndSayWhy() throws IOException {
        assertFails(
                vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80:8080"),
                1,
                "vipctl: new service, field 'ports': '80:8080' asks for port translation, and with direct return the"
                        + " server must answer from the VIP's own port; let the server listen on the VIP's port and give"
                        + " that port alone\n");
        vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        assertFails(
                vipctl("service add web --vip 203.0.113.11 --protocol tcp --port 80"),
                1,
                "vipctl: service 'web': a service of that name is there already; choose another name, or change that"
                        + " one\n");
        assertFails(
                vipctl("service show mail"),
                1,
                "vipctl: service 'mail': there is none of that name; see `vipctl service list` for those there are\n");
        assertFails(
                vipctl("apply -f " + directory.resolve("none.yaml")),
                1,
                "vipctl: " + directory.resolve("none.yaml") + ": there is no such file; check its path\n");
        Path wrong = Files.writeString(directory.resolve("wrong.yaml"), "services:\n- name: web\n  affinity: 10m\n");
        assertFails(
                vipctl("apply -f " + wrong),
                1,
                "vipctl: wrong.yaml line 3: 'affinity' is not there yet; leave it out\n");
        Path large = Files.write(directory.resolve("large.yaml"), new byte[(1 << 20) + 1]);
        assertFails(
                vipctl("apply -f " + large),
                1,
                "vipctl: " + large + ": it is larger than 1 MiB; check that it is a services file\n");
        dataPath.nextCheck = new Refusal("backend 'b1' of service 'web'", "no route to 10.2.0.11", "add one");
        assertFails(
                vipctl("backend add web b1 --address 10.2.0.11"),
                1,
                "vipctl: backend 'b1' of service 'web': no route to 10.2.0.11; add one\n");
    }

    @Test
    void shouldExitWith2WhenUsedWrongly() {
        assertFails(vipctl("frob"), 2, "vipctl: Unmatched argument at index 0: 'frob'; see `vipctl --help`\n");
        assertFails(
                vipctl("backend set web b1"),
                2,
                "vipctl: Missing required option: '--weight=N'; see `vipctl backend set --help`\n");
        assertFails(
                vipctl("backend set web b1 --weight many"),
                2,
                "vipctl: Invalid value for option '--weight': 'many' is not an int; see `vipctl backend set --help`\n");
        assertFails(
                vipctl("service set web"),
                2,
                "vipctl: Nothing to set: name what shall change; see `vipctl service set --help`\n");
        assertFails(vipctl("service"), 2, "vipctl: Missing required subcommand; see `vipctl service --help`\n");
        assertThat(vipctl("status -o xml").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldExitWith3WhenNobodyAnswers() {
        Path nowhere = directory.resolve("none.sock");
        assertFails(
                vipctl("--socket " + nowhere + " status"),
                3,
                "vipctl: cannot reach vipd at " + nowhere
                        + ": there is no such socket; is vipd running? start it, or say"
                        + " where it listens with --socket\n");
        Run debug = vipctl("status --debug --socket " + nowhere);
        assertThat(debug.exitCode()).isEqualTo(3);
        assertThat(debug.err()).contains("\tat dev.trigon.cli.");
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
            "apply",
            "export",
            "status",
            "counters",
            "flows list",
            "flows count",
            "explain"
        }) {
            Run help = vipctl(command + " --help");
            assertThat(help.exitCode()).as(command).isZero();
            assertThat(help.out()).as(command).contains("Example", "  vipctl " + command);
            assertThat(help.out().lines()).as(command).allMatch(line -> line.length() <= 80);
        }
        assertThat(vipctl("--version").out()).startsWith("vipctl ");
    }

    private Run vipctl(String commandLine) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Vipctl.run(new PrintWriter(out, true), new PrintWriter(err, true), environment, commandLine.split(" "));
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static void assertOut(Run run, String expected) {
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(expected);
        assertThat(run.exitCode()).isZero();
    }

    private static void assertFails(Run run, int exitCode, String expected) {
        assertThat(run.err()).isEqualTo(expected);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private static DataPath.Flow flow(int port, int backendId) throws IOException {
        return new DataPath.Flow(
                Protocol.TCP,
                address("198.51.100.10"),
                port,
                address("203.0.113.10"),
                80,
                "web",
                backendId,
                "established",
                3,
                12,
                900);
    }

    private static InetAddress address(String text) throws IOException {
        return InetAddress.getByName(text);
    }
}
