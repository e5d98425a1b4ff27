package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator wants of backends, and of the flows of services. */
class VipctlStatesTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = VipctlRig.start(directory);
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.vipctl("backend add web b2 --address 10.2.0.12");
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldDrainDisableAndEnable() {
        for (int i = 0; i < 2; i++) {
            assertOut(rig.vipctl("backend drain web b2"), "backend b2 of service web drains: 2 flows left\n");
        }
        assertOut(rig.vipctl("backend disable web b1"), "backend b1 of service web is disabled\n");
        assertOut(rig.vipctl("backend list"), """
                SERVICE  NAME  ADDRESS    WEIGHT  STATE     FLOWS  PACKETS    BYTES
                web      b1    10.2.0.11     100  disabled      1       10  1.5 KiB
                web      b2    10.2.0.12     100  draining      2       20  3.0 KiB
                """);
        assertOut(rig.vipctl("backend set web b2 --weight 7"), "backend b2 of service web set: weight 7\n");
        assertThat(rig.vipctl("backend list -o json").out()).contains("\"state\" : \"draining\"");
        assertOut(rig.vipctl("backend enable web b2"), "backend b2 of service web is up: weight 7\n");
        assertThat(rig.vipctl("backend enable web b1 -o json").out()).contains("\"state\" : \"up\"");
        assertFails(
                rig.vipctl("backend drain web b9"),
                1,
                "vipctl: backend 'b9' of service 'web': there is none of that name; see `vipctl backend list web` for"
                        + " those there are\n");
    }

    @Test
    void shouldWaitUntilABackendHasNoFlows() throws Exception {
        Thread flows = new Thread(() -> {
            // it has said how many there are, and waits
            while (rig.pausesNs.isEmpty()) {
                Thread.onSpinWait();
            }
            rig.dataPath().activeFlows.put(2, 0L);
        });
        flows.start();
        VipctlRig.Run drained = rig.vipctl("backend drain web b2 --wait");
        assertThat(drained.exitCode()).isZero();
        assertThat(drained.out())
                .startsWith("backend b2 of service web drains: 2 flows left\n")
                .endsWith("backend b2 of service web has no flows left\n");
        flows.join();
    }

    /** A handshake takes up to 30 s by the gateway's default, and its flow begins with its end. */
    @Test
    void shouldWaitForAsLongAsAHandshakeMayTake() {
        rig.dataPath().activeFlows.put(2, 0L);
        rig.vipctl("backend drain web b2 --wait");
        assertThat(rig.pausesNs).hasSize(35).containsOnly(1_000_000_000L);

        rig.vipctl("service set web --timeout syn=2m");
        rig.pausesNs.clear();
        rig.vipctl("backend drain web b2 --wait");
        assertThat(rig.pausesNs).hasSize(125);

        rig.vipctl("service remove web");
        rig.vipctl("service add web --vip 203.0.113.10 --protocol udp --port 80");
        rig.vipctl("backend add web b2 --address 10.2.0.12");
        rig.dataPath().activeFlows.put(3, 0L);
        rig.pausesNs.clear();
        rig.vipctl("backend drain web b2 --wait");
        assertThat(rig.pausesNs).hasSize(5);
    }

    /** The same name at another address: the old server drains, and the two are told apart by their addresses. */
    @Test
    void shouldForceOutTheOneThatIsMeant() {
        replaceB2();
        assertFails(
                rig.vipctl("backend remove web b2 --force"),
                1,
                "vipctl: backend 'b2' of service 'web': there is more than one of that name: 10.2.0.13 is configured,"
                        + " 10.2.0.12 is removed and drains; say which with --address, such as --address 10.2.0.13\n");
        assertOut(
                rig.vipctl("backend remove web b2 --force --address 10.2.0.12"), "backend b2 of service web removed\n");
        assertThat(rig.dataPath().former).extracting(FormerBackend::drains).containsExactly(false);
        assertThat(rig.dataPath().inForce().get(0).backends()).hasSize(2);

        assertOut(rig.vipctl("backend remove web b2 --force"), "backend b2 of service web removed\n");
        assertThat(rig.dataPath().inForce().get(0).backends()).hasSize(1);
    }

    @Test
    void shouldLetTheDrainingOneGoOnWhenTheNewOneIsForcedOut() {
        replaceB2();
        assertOut(
                rig.vipctl("backend remove web b2 --force --address 10.2.0.13"), "backend b2 of service web removed\n");
        assertThat(rig.dataPath().former)
                .extracting(FormerBackend::id, FormerBackend::drains)
                .containsExactly(tuple(2, true), tuple(3, false));
    }

    @Test
    void shouldNotAskAboutOneThatHasNoFlowsLeft() {
        replaceB2();
        rig.dataPath().activeFlows.put(2, 0L);
        assertOut(rig.vipctl("backend remove web b2 --force"), "backend b2 of service web removed\n");
        assertThat(rig.dataPath().former)
                .extracting(FormerBackend::id, FormerBackend::drains)
                .containsExactly(tuple(2, true), tuple(3, false));
    }

    @Test
    void shouldSayThatWhatDrainsIsRemovedAlready() {
        rig.vipctl("backend remove web b2");
        String already =
                "vipctl: backend 'b2' of service 'web': it is removed already and drains; --force ends its flows\n";
        assertFails(rig.vipctl("backend remove web b2"), 1, already);
        assertFails(rig.vipctl("backend remove web b2 --address 10.2.0.12"), 1, already);
        assertFails(
                rig.vipctl("backend remove web b1 --address 10.2.0.12"),
                1,
                "vipctl: backend 'b1' of service 'web': there is none of that name at 10.2.0.12; see `vipctl backend"
                        + " list web` for those there are\n");
        assertFails(
                rig.vipctl("backend remove web b1 --address b1"),
                1,
                "vipctl: the request: 'address' is 'b1'; give an address, such as 10.2.0.11\n");
        assertThat(rig.dataPath().inForce().get(0).backends()).hasSize(1);
    }

    private void replaceB2() {
        rig.vipctl("backend remove web b2");
        rig.vipctl("backend add web b2 --address 10.2.0.13");
    }

    @Test
    void shouldShowWhatWasRemovedWhileFlowsNameIt() {
        assertOut(
                rig.vipctl("backend remove web b2"),
                "backend b2 of service web removed; 2 flows left there, until the last has ended\n");
        assertOut(rig.vipctl("backend list web"), """
                SERVICE  NAME  ADDRESS    WEIGHT  STATE     FLOWS  PACKETS    BYTES
                web      b1    10.2.0.11     100  up            1       10  1.5 KiB
                web      b2    10.2.0.12       0  draining      2       20  3.0 KiB
                """);
        assertThat(rig.vipctl("backend list web -o json").out()).containsOnlyOnce("\"former\" : true");
        assertOut(rig.vipctl("backend remove web b2 --force"), "backend b2 of service web removed\n");
        assertThat(rig.dataPath().former).extracting(FormerBackend::drains).containsExactly(false);
        assertOut(rig.vipctl("backend remove web b1 --force"), "backend b1 of service web removed\n");
        assertFails(
                rig.vipctl("backend remove web b1"),
                1,
                "vipctl: backend 'b1' of service 'web': there is none of that name; see `vipctl backend list web` for"
                        + " those there are\n");
        assertOut(
                rig.vipctl("backend add web b2 --address 10.2.0.12"),
                "backend b2 of service web added: 10.2.0.12, weight 100\n");
        assertThat(rig.dataPath().inForce().get(0).backends().get(0).id()).isEqualTo(2);
    }

    @Test
    void shouldSayHowFlowsAreRemembered() {
        assertOut(
                rig.vipctl("service set web --affinity 10m --timeout established=1h --timeout syn=5s --when-down move"),
                "service web set: tcp 203.0.113.10 port 80, l2dsr, maglev, affinity 10m, timeouts syn=5s"
                        + " established=1h, whenDown move, 2 backends\n");
        assertOut(
                rig.vipctl("service set web --affinity-prefix 24 --affinity-prefix6 64 --affinity-group shop"),
                "service web set: tcp 203.0.113.10 port 80, l2dsr, maglev, affinity 10m prefix 24 prefix6 64 group shop,"
                        + " timeouts syn=5s established=1h, whenDown move, 2 backends\n");
        assertThat(rig.vipctl("service show web").out()).contains("""
                affinity     10m prefix 24 prefix6 64 group shop
                timeouts     syn=5s established=1h
                onePacket    false
                whenDown     move
                """);
        assertOut(
                rig.vipctl("service set web --affinity none --timeout syn=default --when-down reset"),
                "service web set: tcp 203.0.113.10 port 80, l2dsr, maglev, timeouts established=1h, 2 backends\n");
        assertThat(rig.vipctl("service show web -o json").out())
                .contains("\"affinity\" : null", "\"established\" : \"1h\"", "\"onePacket\" : false");
    }

    @Test
    void shouldPlaceDatagramsByThemselvesWhereAsked() {
        assertOut(
                rig.vipctl("service add dns --one-packet --vip 203.0.113.53 --protocol udp --port 53"),
                "service dns added: udp 203.0.113.53 port 53, l2dsr, maglev, onePacket, 0 backends\n");
        assertOut(
                rig.vipctl("service set dns --one-packet=false --affinity 1h"),
                "service dns set: udp 203.0.113.53 port 53, l2dsr, maglev, affinity 1h, 0 backends\n");
        assertFails(
                rig.vipctl("service set dns --one-packet"),
                1,
                "vipctl: service 'dns': onePacket remembers nothing, and affinity remembers which client went where;"
                        + " choose one of the two\n");
        assertThat(rig.vipctl("service set dns --one-packet --affinity none").exitCode())
                .isZero();
    }

    @Test
    void shouldRefuseWhatIsNoPolicy() {
        assertFails(
                rig.vipctl("service set web --affinity-prefix 24"),
                1,
                "vipctl: service 'web': it has no affinity that this could be changed of; give a time too, such as"
                        + " 10m\n");
        assertFails(
                rig.vipctl("service set web --affinity 10m --affinity-prefix 33"),
                1,
                "vipctl: service 'web', field 'affinity.prefix': 'prefix' is 33; give a whole number from 0 to 32\n");
        assertFails(
                rig.vipctl("service set web --timeout syn=1d"),
                1,
                "vipctl: service 'web', field 'timeouts.syn': 'syn' is the text '1d' where a duration is expected; give"
                        + " one such as 500ms, 30s, 15m or 1h\n");
        assertThat(rig.vipctl("service set web --timeout fin=1s").exitCode()).isEqualTo(2);
        assertFails(
                rig.vipctl("service set web --when-down drop"),
                1,
                "vipctl: service 'web', field 'whenDown': 'whenDown' is 'drop'; give one of reset, move\n");
    }

    @Test
    void shouldExportAllOfItSoThatItCanBeApplied() throws IOException {
        String services = """
                services:
                  - name: shop
                    vip: 203.0.113.10
                    protocol: tcp
                    ports:
                      - 443
                    forward: l2dsr
                    scheduler: maglev
                    affinity:
                      time: 10m
                      prefix: 24
                      group: shop
                    timeouts:
                      established: 1h
                      closed: 5s
                    whenDown: move
                    backends:
                      - name: b1
                        address: 10.2.0.11
                        weight: 100
                        state: draining
                  - name: dns
                    vip: 203.0.113.53
                    protocol: udp
                    ports:
                      - 53
                    forward: l2dsr
                    scheduler: maglev
                    onePacket: true
                    backends: []
                  - name: game
                    vip: 203.0.113.53
                    protocol: udp
                    ports:
                      - 54
                    forward: l2dsr
                    scheduler: maglev
                    affinity: 30m
                    backends: []
                """;
        Path file = Files.writeString(directory.resolve("services.yaml"), services);
        assertThat(rig.vipctl("apply -f " + file).err()).isEmpty();
        assertOut(rig.vipctl("export"), services);
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 3 unchanged\n");
        Files.writeString(file, rig.vipctl("export -o json").out());
        assertOut(
                rig.vipctl("apply -f " + file), "services.yaml applied: 0 added, 0 changed, 0 removed, 3 unchanged\n");
    }
}
