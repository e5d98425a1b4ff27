package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Download;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Seed;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** vipd ends and is there again, at any moment: whoever is being served by then goes on with the server that he had. */
abstract class Survival {
    private static final int KILLS = 3;
    private static final Duration SOON = Duration.ofSeconds(15);

    abstract Lab lab();

    /**
     * While there is no vipd after a clean stop, the gateway's kernel sends the VIP's packets back to the router, which says
     * in ICMPv6 to clients on a link of its own that the VIP is their neighbour. README's remedy: a blackhole of one's own.
     */
    @BeforeEach
    void guardTheVipWhileVipdIsAway() {
        lab().gateway().ask("ip", "route", "add", "blackhole", Family.IPV6.vip() + "/128", "metric", "9999");
    }

    @AfterEach
    void leaveTheGatewayAsItWas() {
        lab().gateway().ask("ip", "route", "del", "blackhole", Family.IPV6.vip() + "/128", "metric", "9999");
    }

    @Test
    void shouldFinishEveryDownloadAcrossKillsAndARestart() {
        Vipd vipd = lab().vipd();
        SplittableRandom random = new SplittableRandom(Seed.fresh("moments of kills"));
        Program requests = lab().client().keepGetting(20);
        try (Downloads downloads = Downloads.start(lab(), 80, 3, "16M")) {
            assertThat(downloads.servers()).containsExactlyInAnyOrderElementsOf(SERVERS);
            for (int kill = 0; kill < KILLS; kill++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1500)));
                vipd.kill();
                vipd.start();
                shouldGoOnWhereTheyWere(downloads);
            }
            assertThat(vipd.stop()).isZero();
            vipd.start();
            shouldGoOnWhereTheyWere(downloads);
            downloads.shouldBecomeWhole();
        }
        shouldBeAnsweredAgain(requests);
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(lab().packets().crossed()).isZero();
    }

    private void shouldGoOnWhereTheyWere(Downloads downloads) {
        for (Download it : downloads.all()) {
            JsonNode explained =
                    lab().vipd().explain("tcp", it.client(), it.family().vip(80));
            assertThat(explained.path("backend").asText()).as(it.toString()).isEqualTo(it.server());
            assertThat(explained.path("reason").asText()).as(it.toString()).isEqualTo("flow");
        }
        downloads.shouldGrow();
    }

    /**
     * A connection that was only being made when vipd ended is not remembered, and there was at most one each time. After a clean
     * stop nothing guards the VIP, and the gateway's kernel says after three seconds that there is no such host: twice at most
     * before the next vipd is there.
     */
    private static void shouldBeAnsweredAgain(Program requests) {
        int before = Client.answered(requests).size();
        Eventually.within(SOON, () -> Client.answered(requests).size() > before + 20, () -> "no more answers");
        requests.stop();
        List<String> answered = Client.answered(requests);
        assertThat(answered).filteredOn("failed"::equals).hasSizeLessThanOrEqualTo(KILLS + 1 + 2);
        assertThat(answered.subList(before, answered.size()))
                .doesNotContain("failed")
                .containsAll(SERVERS);
    }
}
