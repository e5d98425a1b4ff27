package dev.trigon.systemtests;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * vipd is killed again and again while clients are being served; what {@code scripts/soak} runs, and no other test run does.
 * Each connection that is there goes on, and the flows that vipd had are the flows that it has. What is only being made at
 * that moment is the client's to try again, unless its place is found by hash.
 */
class Soak {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final int KILLS = Integer.getInteger("trigon.soak.kills", 50);
    private static final long LENGTH_NS = TimeUnit.MINUTES.toNanos(Integer.getInteger("trigon.soak.minutes", 0));
    private static final int LONGEST_PAUSE_MS = 3000;
    private static final int IN_TURN = 80;
    private static final int BY_HASH = 8080;
    private static final String FAST = "8M";
    private static final String SLOW = "1M";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Vipd vipd = LAB.vipd();
    private long longestAbsenceNs;
    private long wholeDownloads;
    private long comparedFlows;

    @Test
    void shouldLoseNothingHoweverOftenItIsKilled() {
        vipd.start();
        vipd.apply(services()).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
        long seed = Seed.fresh("soak");
        List<Program> inTurn = requests(IN_TURN);
        List<Program> byHash = requests(BY_HASH);
        try (Downloads fast = Downloads.start(LAB, IN_TURN, 3, FAST);
                Downloads slow = Downloads.start(LAB, BY_HASH, 10, SLOW)) {
            killAgainAndAgain(new SplittableRandom(seed), fast, slow);
            awaitAnswers(inTurn);
            awaitAnswers(byHash);
        }
        Stream.concat(inTurn.stream(), byHash.stream()).forEach(Program::stop);
        System.out.printf(
                "soak: %d kills: %d downloads of %d MiB whole, %d flows compared, %d requests answered, %d lost while their"
                        + " connection was being made, %d lost in a service by hash, away for %d ms at most; seed %d%n",
                KILLS,
                wholeDownloads,
                Download.OCTETS >> 20,
                comparedFlows,
                answered(inTurn) + answered(byHash) - failed(inTurn) - failed(byHash),
                failed(inTurn),
                failed(byHash),
                TimeUnit.NANOSECONDS.toMillis(longestAbsenceNs),
                seed);
        assertThat(failed(byHash)).isZero();
        // one of each family's, at each kill, at the very most
        assertThat(failed(inTurn)).isLessThanOrEqualTo(2L * KILLS);
        assertThat(LAB.packets().crossed()).isZero();
    }

    private void killAgainAndAgain(SplittableRandom random, Downloads fast, Downloads slow) {
        long startNs = System.nanoTime();
        for (int kill = 1; kill <= KILLS; kill++) {
            wholeDownloads += fast.renew(LAB, IN_TURN, FAST);
            wholeDownloads += slow.renew(LAB, BY_HASH, SLOW);
            List<Download> running =
                    Stream.concat(fast.all().stream(), slow.all().stream()).toList();
            Map<String, String> backends = backends(running);
            // at any moment, also right after it has started; over all of the time there is
            LockSupport.parkNanos(startNs + LENGTH_NS * (kill - 1) / KILLS - System.nanoTime());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_PAUSE_MS)));

            long killedNs = System.nanoTime();
            vipd.kill();
            vipd.start();
            longestAbsenceNs = Math.max(longestAbsenceNs, System.nanoTime() - killedNs);

            assertThat(backends(running)).as("backends by client").isEqualTo(backends);
            comparedFlows += backends.size();
            Downloads.shouldGrow(running);
            assertThat(vipd.dropped("fault")).isZero();
            System.out.printf("soak: kill %d of %d survived%n", kill, KILLS);
        }
    }

    /** As vipd has the downloads' flows: each is there, and with the server that sends it. */
    private Map<String, String> backends(List<Download> running) {
        Map<String, String> flows = new HashMap<>();
        for (JsonNode flow : vipd.ask("flows", "list", "--limit", "0")) {
            flows.put(flow.path("client").asText(), flow.path("backend").asText());
        }
        Map<String, String> backends = new HashMap<>();
        for (Download it : running) {
            String backend = flows.get(it.client());
            assertThat(backend).as("flow of " + it).isEqualTo(it.server());
            backends.put(it.client(), backend);
        }
        return backends;
    }

    private static List<Program> requests(int port) {
        return Stream.of(Family.values())
                .map(it -> LAB.client().over(it).keepGetting(20, port))
                .toList();
    }

    private static void awaitAnswers(List<Program> requests) {
        for (Program it : requests) {
            int before = Client.answered(it).size();
            Eventually.within(SOON, () -> Client.answered(it).size() > before + 20, () -> "no more answers");
        }
    }

    private static long answered(List<Program> requests) {
        return requests.stream().mapToLong(it -> Client.answered(it).size()).sum();
    }

    private static long failed(List<Program> requests) {
        return requests.stream()
                .flatMap(it -> Client.answered(it).stream())
                .filter("failed"::equals)
                .count();
    }

    private static String services() {
        StringBuilder yaml = new StringBuilder("services:\n");
        for (Family family : Family.values()) {
            yaml.append(service(family, "in-turn", IN_TURN, "wrr"));
            yaml.append(service(family, "by-hash", BY_HASH, "maglev"));
        }
        return yaml.toString();
    }

    private static String service(Family family, String name, int port, String scheduler) {
        StringBuilder yaml = new StringBuilder("""
                  - name: %s
                    vip: "%s"
                    protocol: tcp
                    ports: [%d]
                    scheduler: %s
                    backends:
                """.formatted(family.name(name), family.vip(), port, scheduler));
        for (String server : Lab.SERVERS) {
            yaml.append("      - {name: %s, address: \"%s\"}\n".formatted(server, LAB.address(server, family)));
        }
        return yaml.toString();
    }
}
