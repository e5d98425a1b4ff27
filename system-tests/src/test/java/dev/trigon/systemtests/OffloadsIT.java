package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What interfaces merge and cut: switched off and put back, and what of it comes in all the same. */
@Tag("pcap-too")
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class OffloadsIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int UPLOAD_OCTETS = 10 << 20;

    private static Vipd vipd;

    /** On, as a NIC's is when a system has set it up; a veth begins without. */
    @BeforeAll
    static void serve() {
        switchOn();
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    @AfterAll
    static void putBack() {
        assertThat(vipd.stop()).isZero();
        assertThat(merges()).isTrue();
        LAB.gateway().ask("ethtool", "-K", "eth0", "gro", "off");
    }

    @BeforeEach
    void serveAgain() {
        if (!vipd.isRunning()) {
            vipd.start();
        }
    }

    private static void switchOn() {
        LAB.gateway().ask("ethtool", "-K", "eth0", "gro", "on");
    }

    private static boolean merges() {
        return LAB.gateway().ask("ethtool", "-k", "eth0").contains("generic-receive-offload: on");
    }

    @Test
    void shouldSwitchOffWhatMergesFramesAndPutItBackAfterAKillToo() {
        assertThat(merges()).isFalse();

        vipd.kill();
        assertThat(merges()).isFalse();
        vipd.start();
        assertThat(merges()).isFalse();

        assertThat(vipd.stop()).isZero();
        assertThat(merges()).isTrue();
    }

    @Test
    void shouldSwitchOffAgainWhatSomebodySwitchesOn() {
        int said = vipd.log().length();

        switchOn();

        Eventually.within(SOON, () -> !merges(), () -> "GRO stays on");
        assertThat(vipd.log().substring(said)).contains("GRO on eth0 was switched on again");
    }

    /** The client leaves its segments to a card, and the gateway's card takes none that are not cut. */
    @EnabledIfSystemProperty(
            named = "trigon.engine",
            matches = "pcap",
            disabledReason = "with af_xdp the far end cuts itself")
    @ParameterizedTest
    @EnumSource
    void shouldCutUpWhatASenderLeftWhole(Family family) {
        Client client = LAB.client().over(family);
        Map<String, Long> droppedBefore = vipd.dropped();
        LAB.gateway().ask("ethtool", "-K", "eth0", "tso", "off");
        try {
            Program longOnes = watch("in");
            Program longOnesOut = watch("out");
            String name = "whole-" + family;

            assertThat(client.upload(name, UPLOAD_OCTETS)).isEqualTo(201);

            assertThat(longOnes.await(SOON)).as("super-packets came in").isZero();
            assertThat(longOnesOut.isAlive()).as("none went out").isTrue();
            assertThat(longOnesOut.stop()).isZero();
            assertThat(longOnesOut.log()).as("nor until it was stopped").contains("\n0 packets captured");
            assertThat(uploaded(name)).hasSameBinaryContentAs(client.uploaded(name));
            assertThat(vipd.dropped()).isEqualTo(droppedBefore);
        } finally {
            LAB.gateway().ask("ethtool", "-K", "eth0", "tso", "on");
        }
    }

    /** Ends when it has seen a frame that is longer than the wire carries. */
    private static Program watch(String direction) {
        Program tcpdump = LAB.gateway()
                .start(
                        "tcpdump",
                        "--immediate-mode",
                        "-i",
                        "eth0",
                        "-Q",
                        direction,
                        "-c",
                        "1",
                        "-w",
                        "/dev/null",
                        "greater 2000");
        Eventually.within(SOON, () -> tcpdump.log().contains("listening on"), tcpdump::log);
        return tcpdump;
    }

    private static Path uploaded(String name) {
        return SERVERS.stream()
                .map(it -> LAB.files(it).resolve("up").resolve(name))
                .filter(it -> it.toFile().exists())
                .findFirst()
                .orElseThrow();
    }

    /** Eight datagrams of 1,000 octets in one piece (UDP_SEGMENT): where one ends, nobody can see any more. */
    @EnabledIfSystemProperty(
            named = "trigon.engine",
            matches = "pcap",
            disabledReason = "with af_xdp the far end cuts itself")
    @ParameterizedTest
    @EnumSource
    void shouldDropDatagramsThatASenderLeftInOnePiece(Family family) {
        long before = vipd.dropped("super-packet");
        long deliveredBefore = LAB.packets().delivered();
        String to = family == Family.IPV4 ? "UDP4" : "UDP6";

        LAB.client()
                .host()
                .shell("head -c 8000 /dev/zero | socat -u -b 8000 - %s:%s,setsockopt-int=17:103:1000"
                        .formatted(to, family.vip(Services.SIZES_PORT)));

        Eventually.within(
                SOON,
                () -> vipd.dropped("super-packet") == before + 1,
                () -> "not dropped as it should be: " + vipd.dropped());
        assertThat(LAB.packets().delivered()).isEqualTo(deliveredBefore);
    }
}
