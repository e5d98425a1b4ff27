package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static dev.trigon.systemtests.lab.Lab.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes, stops and crashes while clients are being served. */
class ChangeIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(15);

    private static Vipd vipd;
    private static Client client;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        client = LAB.client();
        vipd.start();
        LAB.startAgents();
    }

    @BeforeEach
    void serveFromAll() {
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        client.awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldUseAServerOnceItIsAddedUnderTraffic() {
        vipd.apply(Services.of(LAB, "l2dsr").without("b3")).orFail();
        assertThat(client.get(10).of("b3")).isZero();
        Program requests = client.keepGetting();
        awaitRequests(requests, 50);

        vipd.ctl("backend", "add", "web", "b3", "--address", LAB.address("b3")).orFail();

        Eventually.within(SOON, () -> Client.answered(requests).contains("b3"), () -> "b3 is never chosen");
        requests.stop();
        assertThat(Client.answered(requests)).doesNotContain("failed").contains("b1", "b2");
    }

    @Test
    void shouldLoseNoRequestToAServerThatIsEmptiedFirst() {
        Program requests = client.keepGetting();
        awaitRequests(requests, 50);

        vipd.ctl("backend", "set", "web", "b3", "--weight", "0").orFail();
        assertThat(client.get(20).of("b3")).isZero();
        vipd.ctl("backend", "remove", "web", "b3").orFail();
        awaitRequests(requests, Client.answered(requests).size() + 50);

        requests.stop();
        List<String> answered = Client.answered(requests);
        assertThat(answered).doesNotContain("failed").contains("b3");
        assertThat(answered.subList(answered.size() - 50, answered.size())).doesNotContain("b3");
    }

    @Test
    void shouldServeFromTheOthersWhenAServerIsTakenAwayAtOnce() {
        Program requests = client.keepGetting();
        awaitRequests(requests, 50);

        vipd.ctl("backend", "remove", "web", "b2").orFail();
        awaitRequests(requests, Client.answered(requests).size() + 50);

        requests.stop();
        List<String> answered = Client.answered(requests);
        // at most the one that was under way at that server
        assertThat(answered).filteredOn("failed"::equals).hasSizeLessThanOrEqualTo(1);
        assertThat(answered.subList(answered.size() - 40, answered.size())).doesNotContain("b2", "failed");
    }

    @Test
    void shouldFinishADownloadAcrossACleanRestart() {
        Program download = client.download("12M", 20011);
        String backend = awaitDownload(download, 20011);

        assertThat(vipd.stop()).isZero();
        assertThat(LAB.gateway().ask("ip", "route", "show", "type", "blackhole"))
                .isBlank();
        assertThat(LAB.changesOn("gateway")).isEmpty();
        vipd.start();

        shouldFinish(download, 20011, backend);
    }

    @Test
    void shouldFinishADownloadAcrossAKill() {
        JsonNode services = vipd.ask("export");
        Program download = client.download("12M", 20012);
        String backend = awaitDownload(download, 20012);

        vipd.kill();
        vipd.start();

        assertThat(vipd.ask("export")).isEqualTo(services);
        shouldFinish(download, 20012, backend);
        assertThat(client.get(30).total()).isEqualTo(30);
    }

    @Test
    void shouldHaveItsServicesAgainAfterARestart() {
        vipd.ctl(
                        "service",
                        "add",
                        "more",
                        "--vip",
                        "203.0.113.20",
                        "--protocol",
                        "tcp",
                        "--port",
                        "8000-8100",
                        "--scheduler",
                        "maglev")
                .orFail();
        JsonNode services = vipd.ask("export");

        vipd.stop();
        vipd.start();

        assertThat(vipd.ask("export")).isEqualTo(services);
        assertThat(vipd.ask("service", "show", "more").path("vip").asText()).isEqualTo("203.0.113.20");
        assertThat(LAB.gateway().ask("ip", "route", "show", "203.0.113.20")).contains("blackhole");
        vipd.ctl("service", "remove", "more").orFail();
        assertThat(LAB.gateway().ask("ip", "route", "show", "203.0.113.20")).isBlank();
        assertThat(client.get(9).total()).isEqualTo(9);
    }

    @Test
    void shouldPutEveryServerBackWhenItsAgentStops() {
        String server = "b1";
        assertThat(LAB.agent(server).tell("status").exit()).isZero();

        LAB.agent(server).kill();
        assertThat(LAB.agent(server).holdsVips())
                .as("a killed agent's VIPs stay")
                .isTrue();
        LAB.agent(server).start();
        assertThat(LAB.agent(server).stop()).isZero();

        assertThat(LAB.changesOn(server)).isEmpty();
        LAB.agent(server).start();
        LAB.agent(server).kill();
        assertThat(LAB.agent(server).tell("down").exit()).isZero();
        assertThat(LAB.changesOn(server)).isEmpty();
        LAB.agent(server).start();
    }

    private static void awaitRequests(Program requests, int count) {
        Eventually.within(
                SOON,
                () -> Client.answered(requests).size() >= count,
                () -> "only " + Client.answered(requests).size() + " requests, not " + count);
    }

    /** Where the download goes to, once it is under way, and long before it is done: a packet here may have 64 KiB. */
    private static String awaitDownload(Program download, int port) {
        long before = sent();
        Eventually.within(SOON, () -> sent() > before + 100, () -> "no data comes");
        Eventually.within(SOON, () -> explain(port).path("reason").asText().equals("flow"), () -> "it is no flow");
        assertThat(download.isAlive()).isTrue();
        return explain(port).path("backend").asText();
    }

    private static long sent() {
        return SERVERS.stream().mapToLong(LAB.packets()::sent).sum();
    }

    private static JsonNode explain(int port) {
        return vipd.explain("tcp", Lab.CLIENT_ADDRESS + ":" + port, VIP + ":80");
    }

    private static void shouldFinish(Program download, int port, String backend) {
        assertThat(download.await(Duration.ofSeconds(60))).as(download.log()).isZero();
        assertThat(download.log()).contains("octets " + Client.DOWNLOAD_OCTETS);
        assertThat(explain(port).path("backend").asText()).isEqualTo(backend);
        assertThat(explain(port).path("reason").asText()).isEqualTo("flow");
        assertThat(LAB.packets().crossed()).isZero();
    }
}
