package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an operator has servers checked. */
class VipctlHealthTest {
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
    void shouldSetChangeAndTakeAway() {
        assertOut(
                rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80 --health tcp"),
                "service web added: tcp 203.0.113.10 port 80, l2dsr, maglev, health tcp, 0 backends\n");
        assertThat(rig.dataPath().inForce().get(0).health()).isEqualTo(HealthSpec.of(new HealthProbe.Tcp()));
        assertOut(
                rig.vipctl(
                        "service set web --health-interval 500ms --health-timeout 100ms --health-rise 4 --health-fall 5"
                                + " --health-via direct --health-port 8080"),
                "service web set: tcp 203.0.113.10 port 80, l2dsr, maglev, health tcp, 0 backends\n");
        assertThat(rig.vipctl("service show web").out())
                .contains("health       tcp every 500ms timeout 100ms rise 4 fall 5 via direct port 8080\n");
        rig.vipctl("service set web --health https --health-path /ok --health-host www.example.org"
                + " --health-expect 200,300-302 --health-body all~well --health-verify");
        assertThat(rig.vipctl("service show web").out())
                .contains(
                        "health       https every 500ms timeout 100ms rise 4 fall 5 via direct port 8080 path /ok host"
                                + " www.example.org expect 200,300-302 body 'all well' verify true\n");
        rig.vipctl("service set web --health-verify=false");
        assertThat(rig.vipctl("service show web -o json").out())
                .contains("\"type\" : \"https\"", "\"interval\" : \"500ms\"", "\"expect\" : \"200,300-302\"")
                .doesNotContain("verify");
        assertOut(
                rig.vipctl("service set web --health none"),
                "service web set: tcp 203.0.113.10 port 80, l2dsr, maglev, 0 backends\n");
        assertThat(rig.vipctl("service show web -o json").out()).contains("\"health\" : null");
    }

    @Test
    void shouldTakeACommandWordByWord() {
        rig.vipctl("service add db --vip 203.0.113.10 --protocol tcp --port 5432 --health exec"
                + " --health-command /bin/check --health-command=-q --health-command=a~b");
        assertThat(rig.dataPath().inForce().get(0).health().probe())
                .isEqualTo(new HealthProbe.Exec(List.of("/bin/check", "-q", "a b")));
        assertThat(rig.vipctl("service show db").out()).contains("command '/bin/check -q a b'\n");
    }

    @Test
    void shouldRefuseWhatIsNoCheck() {
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        assertFails(
                rig.vipctl("service set web --health ping"),
                1,
                "vipctl: service 'web', field 'health': 'health' is 'ping'; give one of tcp, http, https, udp, dns,"
                        + " icmp, exec, none or a mapping\n");
        assertFails(
                rig.vipctl("service set web --health-rise 3"),
                1,
                "vipctl: service 'web': it has no health check that this could be changed of; give its type too, such"
                        + " as tcp\n");
        assertFails(
                rig.vipctl("service set web --health tcp --health-path /"),
                1,
                "vipctl: service 'web', field 'health.path': 'path' means nothing to a health check of type tcp; leave it"
                        + " out; beside type, interval, timeout, rise and fall it knows via, port\n");
        assertFails(
                rig.vipctl("service set web --port any --health tcp"),
                1,
                "vipctl: service 'web': its health check has no port, and the service's ports are any; give the check a"
                        + " port, such as {type: tcp, port: 80}\n");
        assertThat(rig.vipctl("service set web --health-rise many").exitCode()).isEqualTo(2);
        assertThat(rig.vipctl("service set --help").out()).contains("Health checks:", "--health-record-type");
    }

    @Test
    void shouldExportAllOfItSoThatItCanBeApplied() throws IOException {
        String services = """
                services:
                  - name: web
                    vip: 203.0.113.10
                    protocol: tcp
                    ports:
                      - 443
                    forward: l2dsr
                    scheduler: maglev
                    health:
                      type: https
                      via: direct
                      port: 8443
                      interval: 10s
                      timeout: 1s
                      rise: 2
                      fall: 3
                      path: /ok
                      host: www.example.org
                      expect: 200-299,404
                      body: well
                      verify: true
                    backends: []
                  - name: game
                    vip: 203.0.113.10
                    protocol: udp
                    ports:
                      - 1
                    forward: l2dsr
                    scheduler: maglev
                    health:
                      type: udp
                      interval: 2s
                      timeout: 1s
                      rise: 2
                      fall: 3
                      send: ping\\x0a
                      receive: ''
                    backends: []
                  - name: dns
                    vip: 203.0.113.53
                    protocol: udp
                    ports:
                      - 53
                    forward: l2dsr
                    scheduler: maglev
                    health:
                      type: dns
                      interval: 2s
                      timeout: 1s
                      rise: 2
                      fall: 3
                      query: example.org
                      recordType: AAAA
                    backends: []
                  - name: db
                    vip: 203.0.113.54
                    protocol: tcp
                    ports:
                      - 1
                    forward: l2dsr
                    scheduler: maglev
                    health:
                      type: exec
                      interval: 2s
                      timeout: 1s
                      rise: 2
                      fall: 3
                      command:
                        - /bin/check
                        - '5'
                    backends: []
                """;
        Path file = Files.writeString(directory.resolve("services.yaml"), services);
        assertThat(rig.vipctl("apply -f " + file).err()).isEmpty();
        String exported = rig.vipctl("export").out();
        assertThat(exported.lines().count()).isEqualTo(services.lines().count());
        Files.writeString(file, exported);
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
        Files.writeString(file, rig.vipctl("export -o json").out());
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 4 unchanged\n");
    }
}
