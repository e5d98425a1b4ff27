package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a run ends that does nothing. */
class VipctlRefusalTest {
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
    void shouldExitWith1WhenRefusedAndSayWhy() throws IOException {
        assertFails(
                rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80:8080"),
                1,
                "vipctl: new service, field 'ports': '80:8080' asks for port translation, and with direct return the"
                        + " server must answer from the VIP's own port; let the server listen on the VIP's port and give"
                        + " that port alone\n");
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        assertFails(
                rig.vipctl("service add web --vip 203.0.113.11 --protocol tcp --port 80"),
                1,
                "vipctl: service 'web': a service of that name is there already; choose another name, or change that"
                        + " one\n");
        assertFails(
                rig.vipctl("service show mail"),
                1,
                "vipctl: service 'mail': there is none of that name; see `vipctl service list` for those there are\n");
        assertFails(
                rig.vipctl("apply -f " + directory.resolve("none.yaml")),
                1,
                "vipctl: " + directory.resolve("none.yaml") + ": there is no such file; check its path\n");
        Path wrong = Files.writeString(
                directory.resolve("wrong.yaml"),
                "services:\n- {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80,\n  affinity: 10}\n");
        assertFails(
                rig.vipctl("apply -f " + wrong),
                1,
                "vipctl: wrong.yaml line 3: 'affinity' is the number 10 where a duration is expected; give one such as"
                        + " 500ms, 30s, 15m or 1h\n");
        Path large = Files.write(directory.resolve("large.yaml"), new byte[(4 << 20) + 1]);
        assertFails(
                rig.vipctl("apply -f " + large),
                1,
                "vipctl: " + large + ": it is larger than 4 MiB; check that it is a services file\n");
        rig.dataPath().nextCheck = new Refusal("backend 'b1' of service 'web'", "no route to 10.2.0.11", "add one");
        assertFails(
                rig.vipctl("backend add web b1 --address 10.2.0.11"),
                1,
                "vipctl: backend 'b1' of service 'web': no route to 10.2.0.11; add one\n");
    }

    @Test
    void shouldExitWith2WhenUsedWrongly() {
        assertFails(rig.vipctl("frob"), 2, "vipctl: Unmatched argument at index 0: 'frob'; see `vipctl --help`\n");
        assertFails(
                rig.vipctl("backend set web b1"),
                2,
                "vipctl: Nothing to set: name what shall change; see `vipctl backend set --help`\n");
        assertFails(
                rig.vipctl("backend set web b1 --weight many"),
                2,
                "vipctl: Invalid value for option '--weight': 'many' is not an int; see `vipctl backend set --help`\n");
        assertFails(
                rig.vipctl("service set web"),
                2,
                "vipctl: Nothing to set: name what shall change; see `vipctl service set --help`\n");
        assertFails(rig.vipctl("service"), 2, "vipctl: Missing required subcommand; see `vipctl service --help`\n");
        assertThat(rig.vipctl("status -o xml").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldSayWhatWasProbablyMeant() {
        assertFails(
                rig.vipctl("servce list"),
                2,
                "vipctl: Unmatched arguments from index 0: 'servce', 'list'; did you mean 'service' by 'servce'? see"
                        + " `vipctl --help`\n");
        assertFails(
                rig.vipctl("backend lsit"),
                2,
                "vipctl: Unmatched argument at index 1: 'lsit'; did you mean 'list' by 'lsit'? see `vipctl backend"
                        + " --help`\n");
        assertFails(
                rig.vipctl("service set web --sched wrr"),
                2,
                "vipctl: Unknown options: '--sched', 'wrr'; did you mean '--scheduler' by '--sched'? see `vipctl service"
                        + " set --help`\n");
        assertFails(
                rig.vipctl("backend add web b1 --adress=10.2.0.11"),
                2,
                "vipctl: Missing required option: '--address=IP'; did you mean '--address' by '--adress'? see `vipctl"
                        + " backend add --help`\n");
    }

    @Test
    void shouldSayWhichNameWasProbablyMeant() {
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web server-one --address 10.2.0.11");
        String service =
                "vipctl: service 'wbe': there is none of that name; did you mean 'web'? see `vipctl service list`"
                        + " for those there are\n";
        assertFails(rig.vipctl("service show wbe"), 1, service);
        assertFails(rig.vipctl("service remove wbe"), 1, service);
        assertFails(rig.vipctl("backend remove wbe server-one"), 1, service);
        assertFails(rig.vipctl("flows list --service wbe"), 1, service);
        String backend = "vipctl: backend 'server-on' of service 'web': there is none of that name; did you mean"
                + " 'server-one'? see `vipctl backend list web` for those there are\n";
        assertFails(rig.vipctl("backend set web server-on --weight 1"), 1, backend);
        assertFails(rig.vipctl("backend remove web server-on"), 1, backend);
        assertFails(rig.vipctl("flows list --service web --backend server-on"), 1, backend);
    }

    @Test
    void shouldExitWith3WhenNobodyAnswers() {
        Path nowhere = directory.resolve("none.sock");
        assertFails(
                rig.vipctl("--socket " + nowhere + " status"),
                3,
                "vipctl: cannot reach vipd at " + nowhere
                        + ": there is no such socket; is vipd running? start it, or say"
                        + " where it listens with --socket\n");
        VipctlRig.Run debug = rig.vipctl("status --debug --socket " + nowhere);
        assertThat(debug.exitCode()).isEqualTo(3);
        assertThat(debug.err()).contains("\tat dev.trigon.cli.");
    }
}
