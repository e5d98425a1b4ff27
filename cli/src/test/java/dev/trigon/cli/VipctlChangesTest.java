package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that are looked at before and taken back after. */
class VipctlChangesTest {
    private static final String SERVICES = """
            services:
            - {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: [
               {name: b1, address: 10.2.0.11}, {name: b2, address: 10.2.0.12}]}
            - {name: old, vip: 203.0.113.20, protocol: tcp, ports: 80, backends: [{name: b1, address: 10.2.0.11}]}
            """;
    private static final String OTHERS = """
            services:
            - {name: web, vip: 203.0.113.10, protocol: tcp, ports: [80, 443], affinity: {time: 10m, prefix: 24}, backends: [
               {name: b1, address: 10.2.0.11, weight: 50}, {name: b3, address: 10.2.0.13}]}
            - {name: dns, vip: 203.0.113.53, protocol: udp, ports: 53, onePacket: true}
            """;

    @TempDir
    Path directory;

    private VipctlRig rig;
    private Path file;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = VipctlRig.start(directory);
        file = Files.writeString(directory.resolve("services.yaml"), SERVICES);
        rig.vipctl("apply -f " + file);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    private void flow(int clientPort, String vip, int backendId) {
        rig.dataPath()
                .flows
                .add(new DataPath.Flow(
                        Protocol.TCP,
                        InetAddresses.forString("198.51.100.10"),
                        clientPort,
                        InetAddresses.forString(vip),
                        80,
                        null,
                        backendId,
                        "established",
                        3,
                        12,
                        900));
    }

    @Test
    void shouldPlanInWords() throws IOException {
        assertOut(
                rig.vipctl("plan -f " + file),
                "services.yaml changes nothing: revision 1 has 2 services, and they are the file's\n");
        flow(40_001, "203.0.113.10", 1);
        flow(40_002, "203.0.113.10", 2);
        flow(40_003, "203.0.113.20", 3);
        Files.writeString(file, OTHERS);
        VipctlRig.Run plan = rig.vipctl("plan -f " + file);
        assertThat(plan.err()).isEmpty();
        assertThat(plan.exitCode()).isZero();
        assertThat(plan.out().replaceAll("table: [0-9]+ of", "table: N of")).isEqualTo("""
                services.yaml would change revision 1:
                ~ service web
                    ports [80] → [80, 443]
                    affinity default → {time 10m, prefix 24}
                    ~ backend b1: weight 100 → 50
                    + backend b3: address 10.2.0.13, weight 100
                    - backend b2: address 10.2.0.12, weight 100
                    hash table: N of 65537 slots go to another backend
                    flows: 2 stay, 0 move to another backend, 0 end
                + service dns: vip 203.0.113.53, protocol udp, ports [53], forward l2dsr, scheduler maglev, onePacket true
                - service old: vip 203.0.113.20, protocol tcp, ports [80], forward l2dsr, scheduler maglev
                    - backend b1: address 10.2.0.11, weight 100
                    flows: 0 stay, 0 move to another backend, 1 end
                1 added, 1 changed, 1 removed, 0 unchanged; of all flows 2 stay, 0 move to another backend, 1 end
                """);
        assertThat(rig.vipctl("plan -o json -f " + file).out())
                .contains("\"revision\" : 1", "\"action\" : \"removed\"", "\"from\" : null");
        assertOut(rig.vipctl("history"), rig.vipctl("history -n 1").out());
    }

    @Test
    void shouldPlanAnOrder() throws IOException {
        List<String> lines = SERVICES.lines().toList();
        Files.writeString(file, String.join("\n", lines.get(0), lines.get(3), lines.get(1), lines.get(2)));
        assertOut(
                rig.vipctl("plan -f " + file),
                "services.yaml would change revision 1:\nOnly the order of the services would change.\n");
    }

    @Test
    void shouldRefuseAPlanAsApplyDoes() throws IOException {
        Files.writeString(file, SERVICES.replace("tcp", "sctp"));
        VipctlRig.Run apply = rig.vipctl("apply -f " + file);
        assertFails(rig.vipctl("plan -f " + file), 1, apply.err());
        assertThat(apply.err()).startsWith("vipctl: services.yaml line 2: 'protocol' is 'sctp'");
    }

    @Test
    void shouldApplyConfirmAndGoBack() throws IOException {
        Files.writeString(file, OTHERS);
        assertThat(rig.vipctl("apply --confirm-within 2h -f " + file).out()).matches("""
                        services.yaml applied: 1 added \\(dns\\), 1 changed \\(web\\), 1 removed \\(old\\), 0 unchanged
                        revision 2 goes back to 1 in (2h 0m|1h 59m) unless `vipctl confirm` comes before
                        """);
        assertThat(rig.vipctl("status").out()).containsPattern("services +2 \\(revision 2, back to 1 in .*\\)\n");
        assertFails(
                rig.vipctl("service remove web"),
                1,
                "vipctl: the change: revision 2 waits to be confirmed within 2h; keep it with `vipctl confirm`, or take it"
                        + " back with `vipctl rollback`, first\n");
        assertOut(rig.vipctl("confirm"), "revision 2 confirmed\n");
        assertFails(
                rig.vipctl("confirm"),
                1,
                "vipctl: confirm: nothing waits to be confirmed; see `vipctl history` for what was changed\n");
        assertOut(
                rig.vipctl("rollback"),
                "rolled back, revision 3: 1 added (old), 1 changed (web), 1 removed (dns), 0 unchanged\n");
        assertOut(
                rig.vipctl("rollback 2"),
                "rolled back, revision 4: 1 added (dns), 1 changed (web), 1 removed (old), 0 unchanged\n");
        String times = rig.vipctl("history").out().replaceAll("20[-0-9T:]+Z", "TIME");
        assertThat(times.lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "NUMBER TIME COMMAND SUMMARY",
                        "4 TIME rollback 2 web: ports [80] → [80,443], affinity default → {\"time\":\"10m\",\"prefix\":24};"
                                + " web: backend b3 added; web: backend b1 weight 100 → 50; web: backend b2 removed; dns"
                                + " added; old removed",
                        "3 TIME rollback web: ports [80,443] → [80], affinity {\"time\":\"10m\",\"prefix\":24} → default;"
                                + " web: backend b2 added; web: backend b1 weight 50 → 100; web: backend b3 removed; old"
                                + " added; dns removed",
                        "2 TIME apply services.yaml --confirm-within 2h web: ports [80] → [80,443], affinity default →"
                                + " {\"time\":\"10m\",\"prefix\":24}; web: backend b3 added; web: backend b1 weight 100 →"
                                + " 50; web: backend b2 removed; dns added; old removed",
                        "1 TIME apply services.yaml web added; old added");
        assertOut(rig.vipctl("history show 4"), rig.vipctl("export").out());
        assertFails(
                rig.vipctl("rollback 9"),
                1,
                "vipctl: entry 9 of the history: there is none; see `vipctl history` for those there are\n");
    }

    @Test
    void shouldApplyOnlyTheRevisionThatWasLookedAt() {
        assertOut(
                rig.vipctl("apply --if-revision 1 -f " + file),
                "services.yaml applied: 0 added, 0 changed, 0 removed, 2 unchanged\n");
        rig.vipctl("backend set web b1 --weight 7");
        for (String command : new String[] {"plan", "apply"}) {
            assertFails(
                    rig.vipctl(command + " --if-revision 1 -f " + file),
                    1,
                    "vipctl: the change: it was made for revision 1, and 2 is in force: it was changed meanwhile; look"
                            + " again with `vipctl history` and `vipctl plan`, and give the revision that those show\n");
        }
    }

    @Test
    void shouldNotReadAFileThatIsTooLarge() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }
        assertFails(
                rig.vipctl("plan -f " + file),
                1,
                "vipctl: " + file + ": it is larger than 4 MiB; check that it is a services file\n");
    }

    @Test
    void shouldPrintTheSchemasThatArePublished() throws IOException {
        assertOut(rig.vipctl("schema"), Files.readString(Path.of("..", "docs", "services.schema.json")));
        assertOut(rig.vipctl("schema --api"), Files.readString(Path.of("..", "docs", "openapi.yaml")));
    }
}
