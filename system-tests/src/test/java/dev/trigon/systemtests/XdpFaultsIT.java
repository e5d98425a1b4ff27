package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Flood;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A vipd by af_xdp that stands still, or is gone at once, or whose interface gets more queues: all else goes on. */
@DisabledIfSystemProperty(
        named = "trigon.faults",
        matches = "true",
        disabledReason = "ports are opened anew, and with them faults")
class XdpFaultsIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED).withEngine("af_xdp");

    /** More than the rings have room for while vipd stands still. */
    private static final int PER_SECOND = 15_000;

    /** Less than a worker has any trouble with, so that what is lost is lost otherwise. */
    private static final int FEW_PER_SECOND = 1_000;

    private static final Duration STANDSTILL = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        LAB.serveLayer2();
    }

    private static String link() {
        return LAB.gateway().ask("ip", "-d", "link", "show", "eth0");
    }

    private static void shouldServe() {
        for (Family family : Family.values()) {
            assertThat(LAB.client().over(family).get(30).byServer()).containsOnlyKeys(SERVERS);
        }
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldNotBeInTheWayOfOthersWhileItStandsStill() {
        Duration length = STANDSTILL.plusSeconds(3);
        try (Downloads downloads = Downloads.start(LAB, 80, 1, "4M");
                Bystanders others = Bystanders.start(LAB, length);
                Flood flood = LAB.flood(Flood.Kind.UDP, Family.IPV4, 53, PER_SECOND, length)) {
            long before = arrived();
            Eventually.within(SOON, () -> arrived() > before + FEW_PER_SECOND, () -> "no flood comes to vipd");
            vipd.freeze();
            try {
                LockSupport.parkNanos(STANDSTILL.toNanos());
                others.shouldBeAtIt();
                assertThat(flood.isRunning()).isTrue();
            } finally {
                vipd.thaw();
            }
            others.shouldHaveNoticedNothing();
            assertThat(vipd.counter("capture-drops"))
                    .as("what the rings had no room for")
                    .isPositive();
            downloads.shouldGrow();
            shouldServe();
        }
    }

    @Test
    void shouldTakeItsProgramAlongWhenItIsKilled() {
        try (Downloads downloads = Downloads.start(LAB, 80, 1, "4M");
                Bystanders others = Bystanders.start(LAB, Duration.ofSeconds(3))) {
            assertThat(link()).contains("prog/xdp");
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
            others.shouldBeAtIt();
            vipd.kill();
            assertThat(link()).doesNotContain("xdp");
            others.shouldBeAtIt();
            others.shouldHaveNoticedNothing();

            vipd.start();
            assertThat(link()).contains("prog/xdp");
            downloads.shouldGrow();
            shouldServe();
        }
    }

    /**
     * The interface sends by one queue still. The kernel lets nobody take queues away that have a socket, so vipd ends before
     * they go.
     */
    @Test
    void shouldTakeUpMoreQueues() {
        try (Flood flood = LAB.flood(Flood.Kind.UDP, Family.IPV4, 53, FEW_PER_SECOND, Duration.ofSeconds(5))) {
            long before = arrived();
            Eventually.within(SOON, () -> arrived() > before + FEW_PER_SECOND / 2, () -> "no flood comes to vipd");
            LAB.gateway().ask("ethtool", "-L", "eth0", "rx", "2");
            LAB.segment().ask("ethtool", "-L", "gateway", "tx", "2");
            Eventually.within(SOON, () -> workers() == 2, () -> "it is " + vipd.status());
            long steered = steeredBySecondQueue();

            // until vipd has seen the other queue, what comes by it is lost, and while it opens both, all
            assertThat(flood.sent() - (arrived() - before)).isLessThan(2 * FEW_PER_SECOND);
            assertThat(steeredBySecondQueue()).isGreaterThan(steered);
            shouldServe();
        } finally {
            vipd.stop();
            LAB.segment().ask("ethtool", "-L", "gateway", "tx", "1");
            LAB.gateway().ask("ethtool", "-L", "eth0", "rx", "1");
            vipd.start();
        }
    }

    private static long steeredBySecondQueue() {
        return Long.parseLong(LAB.gateway()
                .shell("ethtool -S eth0 | awk '$1 == \"rx_queue_1_xdp_redirect:\" {print $2}'")
                .strip());
    }

    private static long arrived() {
        return vipd.counter("received") + vipd.counter("capture-drops");
    }

    private static int workers() {
        return vipd.status().path("arms").path(0).path("workers").asInt();
    }
}
