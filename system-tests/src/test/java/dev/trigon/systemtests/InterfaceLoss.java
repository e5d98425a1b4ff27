package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Download;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import dev.trigon.systemtests.lab.Wire;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** vipd's interface is lost, or becomes another, while clients are being served: they go on with the server that they had. */
abstract class InterfaceLoss {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String OTHER_MAC = "02:00:00:00:00:99";

    private Vipd vipd;
    private Wire wire;
    private Downloads downloads;
    private long receivedBefore;
    private int saidBefore;

    abstract Lab lab();

    @BeforeEach
    void serve() {
        vipd = lab().vipd();
        wire = lab().wire("eth0");
        downloads = Downloads.start(lab(), 80, 2, "4M");
        receivedBefore = vipd.counter("received");
        saidBefore = vipd.log().length();
    }

    @AfterEach
    void shouldServeAsBefore() {
        try (Downloads ended = downloads) {
            assertThat(ended.servers()).isNotEmpty();
            shouldGoOn();
            assertThat(lab().client().get(30).byServer()).containsOnlyKeys(SERVERS);
            assertThat(vipd.counter("received")).isGreaterThan(receivedBefore);
            assertThat(vipd.dropped("fault")).isZero();
            assertThat(lab().packets().crossed()).isZero();
        }
    }

    private void shouldGoOn() {
        awaitArm("up");
        downloads.shouldGrow(SOON);
        for (Download it : downloads.all()) {
            JsonNode explained = vipd.explain("tcp", it.client(), it.family().vip(80));
            assertThat(explained.path("backend").asText()).as(it.toString()).isEqualTo(it.server());
            assertThat(explained.path("reason").asText()).as(it.toString()).isEqualTo("flow");
        }
    }

    private JsonNode arm() {
        return vipd.status().path("arms").path(0);
    }

    private void awaitArm(String state) {
        Eventually.within(
                SOON,
                () -> {
                    JsonNode now = arm();
                    return now.path("state").asText().equals(state)
                            && now.path("workers").asInt() > 0 == state.equals("up");
                },
                () -> "it is " + arm());
        assertThat(arm().path("interface").asText()).isEqualTo("eth0");
    }

    private void awaitThereAgain(int times) {
        Eventually.within(
                SOON,
                () -> vipd.log().substring(saidBefore).split("eth0 is there again", -1).length > times,
                () -> vipd.log());
    }

    /** What is taken back is a change as well. */
    private void settle() {
        wire.settle();
        awaitThereAgain(2);
    }

    /** Each once. */
    private void shouldHaveSaid(String... words) {
        String said = vipd.log().substring(saidBefore);
        for (String each : words) {
            assertThat(said.split(each, -1)).as("%s in %s", each, said).hasSize(2);
        }
    }

    @Test
    void shouldGoOnWithAnotherInterfaceOfThatName() {
        wire.cut();
        awaitArm("lost");
        assertThat(vipd.status().path("interfaces").path(0).asText()).isEqualTo("eth0");
        assertThat(vipd.ctl("status").orFail().out()).contains("eth0 LOST: this host has none of that name");
        // a change while it is lost is taken, and takes no longer
        vipd.ctl("service", "set", Family.IPV4.name("dns"), "--scheduler", "maglev")
                .orFail();

        wire.renew();
        shouldGoOn();
        shouldHaveSaid("interface eth0 is lost", "interface eth0 is there again");

        wire.restore();
    }

    @Test
    void shouldGoOnWhenTheInterfaceWasDown() {
        wire.down();
        awaitArm("lost");
        assertThat(arm().path("why").asText()).isEqualTo("it is down");

        wire.up();
        shouldGoOn();
        shouldHaveSaid("interface eth0 is lost", "interface eth0 is there again");
    }

    @Test
    void shouldGoOnWithAnotherMac() {
        wire.set("address " + OTHER_MAC);
        awaitThereAgain(1);
        shouldGoOn();
        assertThat(lab().router().ask("ip", "neigh", "show", "to", Family.IPV4.vip(), "dev", "lan"))
                .as("it was told")
                .contains(OTHER_MAC);
        shouldHaveSaid("interface eth0 is lost: its MAC is " + OTHER_MAC, "interface eth0 is there again");

        settle();
    }

    @Test
    void shouldGoOnWithAnotherMtu() {
        wire.set("mtu 1400");
        awaitThereAgain(1);
        shouldGoOn();
        shouldHaveSaid("interface eth0 is lost: its MTU is 1400, it was 1500", "interface eth0 is there again");

        settle();
    }

    /** Of which one engine has a worker each, and another takes no notice. The kernel keeps queues that have a worker's socket. */
    @Test
    void shouldGoOnWithAnotherNumberOfQueues() {
        String queues = queues();
        lab().gateway().shell("ethtool -L eth0 rx " + (queues.equals("1") ? "2" : "1") + " || true");
        try {
            shouldGoOn();
        } finally {
            lab().gateway().shell("ethtool -L eth0 rx " + queues + " || true");
        }
    }

    private String queues() {
        return lab().gateway()
                .shell("ls -d /sys/class/net/eth0/queues/rx-* | wc -l")
                .strip();
    }
}
