package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Download;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Flood;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Flows are forgotten on demand, while packets of theirs come without end. */
class FlushIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final int FLUSHES = 42;
    private static final int FLOOD_PER_SECOND = 10_000;
    private static final Duration LONGEST = Duration.ofMinutes(4);

    /** Every way to say which; the flood's clients, and the downloads' too. */
    private static final List<List<String>> WAYS = List.of(
            List.of("--client", "198.18.0.0/15"),
            List.of("--service", "web", "--backend", "b1"),
            List.of("--service", "web6"),
            List.of("--client", Lab.CLIENT_ADDRESS),
            List.of("--service", "web6", "--backend", "b2"),
            List.of("--state", "established"),
            List.of("--all"));

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr").by("maglev")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
    }

    /** By maglev, a connection that is forgotten is found again where it was. */
    @Test
    void shouldGoOnThroughFlushesOneAfterAnother() {
        Program requests = LAB.client().keepGetting(50);
        try (Flood flood4 = LAB.flood(Flood.Kind.ACK, Family.IPV4, 80, FLOOD_PER_SECOND, LONGEST);
                Flood flood6 = LAB.flood(Flood.Kind.UDP, Family.IPV6, 7000, FLOOD_PER_SECOND, LONGEST);
                Downloads downloads = Downloads.start(LAB, 80, 3, "3M")) {
            long flushed = 0;
            for (int i = 0; i < FLUSHES; i++) {
                List<String> way = WAYS.get(i % WAYS.size());
                flushed += i < WAYS.size() ? flush(way) : flushAtOnce(way);
            }
            assertThat(flushed).isGreaterThan(FLOOD_PER_SECOND);
            assertThat(flood4.isRunning() && flood6.isRunning())
                    .as("the floods lasted")
                    .isTrue();
            downloads.shouldGrow();
            shouldBeRememberedAgain(downloads);
        }
        requests.stop();
        assertThat(Client.answered(requests)).hasSizeGreaterThan(FLUSHES).doesNotContain("failed");
        assertThat(vipd.dropped()).isEmpty();
        vipd.awaitBalance();
    }

    private static void shouldBeRememberedAgain(Downloads downloads) {
        for (Download it : downloads.all()) {
            JsonNode explained = vipd.explain("tcp", it.client(), it.family().vip(80));
            assertThat(explained.path("backend").asText()).as(it.toString()).isEqualTo(it.server());
            assertThat(explained.path("reason").asText()).as(it.toString()).isEqualTo("flow");
        }
    }

    @Test
    void shouldForgetNothingElse() {
        Client client = LAB.client();
        flush(List.of("--all"));
        assertThat(vipd.activeFlows()).isZero();
        assertThat(client.get(10).total()).isEqualTo(10);
        assertThat(client.over(Family.IPV6).get(10).total()).isEqualTo(10);
        assertThat(client.query(5).total()).isEqualTo(5);

        assertThat(flush(List.of("--service", "dns"))).isEqualTo(5);
        assertThat(flush(List.of("--client", "192.0.2.0/24"))).isZero();
        JsonNode one = flows("--service", "web6").get(0);
        String tuple = "tcp %s %s"
                .formatted(one.path("client").asText(), one.path("vip").asText());
        assertThat(flush(List.of("--tuple", tuple))).isOne();
        assertThat(flows("--service", "web6")).hasSize(9);
        assertThat(flush(List.of("--client", Lab.CLIENT_ADDRESS + "/32"))).isEqualTo(10);
        assertThat(vipd.activeFlows()).isEqualTo(9);
    }

    /** What is to be forgotten has to be said: a slip is not to cost every connection. */
    @Test
    void shouldNotForgetAllUnlessTold() {
        assertThat(LAB.client().get(5).total()).isEqualTo(5);
        long flows = vipd.activeFlows();

        Output output = vipd.ctl("flows", "flush");

        assertThat(output.exit()).as(output.toString()).isEqualTo(1);
        assertThat(vipd.activeFlows()).isEqualTo(flows);
    }

    private static JsonNode flows(String... which) {
        List<String> command = new ArrayList<>(List.of("flows", "list", "--limit", "0"));
        command.addAll(List.of(which));
        return vipd.ask(command.toArray(String[]::new));
    }

    private static long flush(List<String> which) {
        List<String> command = new ArrayList<>(List.of("flows", "flush"));
        command.addAll(which);
        return vipd.ask(command.toArray(String[]::new)).path("flushed").asLong(-1);
    }

    /** To start a vipctl takes longer than what it asks for. */
    private static long flushAtOnce(List<String> which) {
        return vipd.post("/v1/flows/flush", selection(which)).path("flushed").asLong(-1);
    }

    private static String selection(List<String> options) {
        if (options.contains("--all")) {
            return "{\"all\": true}";
        }
        List<String> members = new ArrayList<>();
        for (int i = 0; i < options.size(); i += 2) {
            members.add("\"%s\": \"%s\"".formatted(options.get(i).substring("--".length()), options.get(i + 1)));
        }
        return "{" + String.join(", ", members) + "}";
    }
}
