package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Frames;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What no honest sender makes. */
class MalformedIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static Vipd vipd;
    private static Client client;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        client = LAB.client();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        client.awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldCountAndDropWhatNoHonestSenderMakes() {
        long seed = System.nanoTime();
        System.out.println("seed of the frames: " + seed);
        Frames frames = new Frames(LAB.gateway().mac("eth0"), LAB.router().mac("lan"), seed)
                .truncatedEverywhere()
                .mutated(3000)
                .random(500);
        long droppedBefore = dropped();
        long receivedBefore = vipd.counters().path("received").asLong();

        long sent = frames.sendFrom(LAB.router(), "lan", LAB.directory());

        assertThat(sent).isGreaterThan(frames.count() - 100);
        // all but what the capture filter has no reason to pass on
        Eventually.within(
                Duration.ofSeconds(5),
                () -> vipd.counters().path("received").asLong() - receivedBefore >= 3000,
                () -> "not all frames were counted: " + vipd.counters());
        assertThat(dropped()).isGreaterThan(droppedBefore + 100);
        assertThat(vipd.isRunning()).isTrue();
        assertThat(vipd.log()).doesNotContain("Exception");
        assertThat(client.get(30).total()).isEqualTo(30);
    }

    private static long dropped() {
        return vipd.dropped().values().stream().mapToLong(Long::longValue).sum();
    }
}
