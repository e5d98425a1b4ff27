package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Download;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend is taken out of service, in each of the ways there are, while clients are being served by it. */
abstract class BackendStates {
    /** So that flows of connections that are over go soon, and with them what is kept for their sake. */
    static final String SHORT_MEMORY = "flows: {timeouts: {syn: 5s, closing: 3s, closed: 2s}}\n";

    /** For a client to learn that its connection is no more. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    /** Times are written down late, and the flow table is looked through piece by piece. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(40);

    private static final String LEAVING = "b2";
    private static final List<String> STAYING = List.of("b1", "b3");
    private static final String RATE = "8M";

    private Vipd vipd;

    abstract Lab lab();

    abstract Services services();

    @BeforeEach
    void serveFromAll() {
        vipd = lab().vipd();
        vipd.apply(services()).orFail();
        lab().client().awaitAnswersFrom(SERVERS);
    }

    @AfterEach
    void shouldHaveHadNoFault() {
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(lab().packets().crossed()).isZero();
    }

    @Test
    void shouldResetTheDownloadsOfADisabledBackendAndNoOthers() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, RATE)) {
            long resetsBefore = resetsByServers();

            shouldBeResetBy("disable", downloads);

            Downloads.shouldGrow(downloads.notFrom(LEAVING));
            assertThat(resetsByServers()).as("resets that servers sent").isEqualTo(resetsBefore);
            assertThat(stateOf("web")).isEqualTo("disabled");
            shouldServeWithoutIt();

            forEachFamily("enable");
            assertThat(stateOf("web")).isEqualTo("up");
            lab().client().awaitAnswersFrom(SERVERS);
            Downloads.shouldGrow(downloads.notFrom(LEAVING));
        }
    }

    /** The other server knows nothing of the connection, and says so itself. */
    @Test
    void shouldMoveTheConnectionsOfADisabledBackendWhereTheServiceWantsThat() {
        for (Family family : Family.values()) {
            vipd.ctl("service", "set", family.name("web"), "--when-down", "move")
                    .orFail();
        }
        try (Downloads downloads = Downloads.start(lab(), 80, 3, RATE)) {
            long resetsBefore = resetsByServers();

            shouldBeResetBy("disable", downloads);

            assertThat(resetsByServers() - resetsBefore)
                    .isGreaterThanOrEqualTo(downloads.from(LEAVING).size());
            Downloads.shouldGrow(downloads.notFrom(LEAVING));
            shouldServeWithoutIt();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldMoveDatagramsOfADisabledBackendWithTheNextOne(Family family) {
        Client client = lab().client().over(family);
        int port = 5300 + family.ordinal();
        String first = client.queryFrom(port).byServer().keySet().iterator().next();
        assertThat(client.queryFrom(port).byServer()).containsOnlyKeys(first);

        vipd.ctl("backend", "disable", family.name("dns"), first).orFail();
        long startNs = System.nanoTime();
        Client.Answers answers = client.queryFrom(port);
        Duration took = Duration.ofNanos(System.nanoTime() - startNs);

        assertThat(answers.total()).isEqualTo(1);
        assertThat(answers.of(first)).isZero();
        // dig asks again after a second: it was the first datagram that was answered
        assertThat(took).isLessThan(Duration.ofSeconds(1));
        String second = answers.byServer().keySet().iterator().next();
        vipd.ctl("backend", "enable", family.name("dns"), first).orFail();
        assertThat(client.queryFrom(port).byServer()).containsOnlyKeys(second);
    }

    @Test
    void shouldFinishWhatADrainingBackendHasBegunAndGiveItNothingNew() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, "40M")) {
            forEachFamily("drain");

            assertThat(stateOf("web")).isEqualTo("draining");
            shouldServeWithoutIt();
            assertThat(backend("web", LEAVING).path("activeFlows").asLong()).isPositive();
            downloads.shouldGrow();
            downloads.shouldBecomeWhole();
        }
        forEachFamily("enable");
        lab().client().awaitAnswersFrom(SERVERS);
    }

    @Test
    void shouldKeepARemovedBackendForAsLongAsItsConnectionsLast() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, RATE)) {
            forEachFamily("remove");

            assertThat(vipd.ctl("export").orFail().out().lines().filter(it -> it.contains("name: " + LEAVING)))
                    .as("of web and web6")
                    .hasSize(countInServices() - 2);
            assertThat(backend("web", LEAVING).path("former").asBoolean()).isTrue();
            assertThat(stateOf("web")).isEqualTo("draining");
            shouldServeWithoutIt();
            downloads.shouldGrow();
            // not because it is still there somehow: it is remembered
            vipd.kill();
            vipd.start(SHORT_MEMORY);
            downloads.shouldGrow();
            shouldBeSentBySame(downloads);
        }
        Eventually.within(
                FORGOTTEN,
                () -> Stream.of("web", "web6")
                        .allMatch(it -> backend(it, LEAVING).isMissingNode()),
                () -> "it is not forgotten: " + vipd.ask("backend", "list"));
    }

    @Test
    void shouldResetTheDownloadsOfABackendThatIsRemovedByForce() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, RATE)) {
            shouldBeResetBy("remove", downloads, "--force");

            Downloads.shouldGrow(downloads.notFrom(LEAVING));
            // it may be there for as long as it takes to answer those who do not know yet
            assertThat(backend("web", LEAVING).path("former").asBoolean(true)).isTrue();
            assertThat(vipd.ask("service", "show", "web").path("backends")).hasSize(STAYING.size());
            shouldServeWithoutIt();
        }
    }

    @Test
    void shouldBreakNothingWhenNamesAndOrderChange() {
        try (Downloads downloads = Downloads.start(lab(), 80, 3, RATE)) {
            forEachFamily("remove");
            for (Family family : Family.values()) {
                String address = lab().address(LEAVING, family);
                vipd.ctl("backend", "add", family.name("web"), "again", "--address", address)
                        .orFail();
            }
            shouldBeSentBySame(downloads, LEAVING, "again");
            assertThat(backend("web", LEAVING).isMissingNode()).isTrue();
            lab().client().awaitAnswersFrom(SERVERS);

            String yaml = services().yaml();
            vipd.apply(yaml.replace("name: b2", "name: second")).orFail();
            shouldBeSentBySame(downloads, LEAVING, "second");

            vipd.apply(yaml.replace("name: web", "name: shop")).orFail();
            shouldBeSentBySame(downloads);
            assertThat(vipd.ctl("service", "show", "web").exit()).isEqualTo(1);

            vipd.apply(reversed(yaml)).orFail();
            shouldBeSentBySame(downloads);
            lab().client().awaitAnswersFrom(SERVERS);
            downloads.shouldGrow();
        }
    }

    /** Both the services and each one's backends. */
    private static String reversed(String yaml) {
        List<String> all =
                new ArrayList<>(List.of(yaml.substring("services:\n".length()).split("(?m)^(?=  - name: )")));
        Collections.reverse(all);
        StringBuilder reversed = new StringBuilder("services:\n");
        for (String service : all) {
            List<String> lines = new ArrayList<>(service.lines().toList());
            int first = lines.indexOf("    backends:") + 1;
            Collections.reverse(lines.subList(first, lines.size()));
            reversed.append(String.join("\n", lines)).append('\n');
        }
        return reversed.toString();
    }

    /** Each family's once it was done for that family: the command's start is not what is measured. */
    private void shouldBeResetBy(String action, Downloads downloads, String... options) {
        for (Family family : Family.values()) {
            List<String> command = new ArrayList<>(List.of("backend", action, family.name("web"), LEAVING));
            command.addAll(Arrays.asList(options));
            vipd.ctl(command.toArray(String[]::new)).orFail();
            Downloads.shouldBeReset(
                    downloads.from(LEAVING).stream()
                            .filter(it -> it.family() == family)
                            .toList(),
                    AT_ONCE);
        }
    }

    private void forEachFamily(String action) {
        for (Family family : Family.values()) {
            vipd.ctl("backend", action, family.name("web"), LEAVING).orFail();
        }
    }

    private void shouldServeWithoutIt() {
        for (Family family : Family.values()) {
            Client.Answers answers = lab().client().over(family).get(12);
            assertThat(answers.total()).isEqualTo(12);
            assertThat(answers.byServer()).containsOnlyKeys(STAYING);
        }
    }

    private void shouldBeSentBySame(Downloads downloads) {
        shouldBeSentBySame(downloads, "", "");
    }

    private void shouldBeSentBySame(Downloads downloads, String formerName, String nowCalled) {
        for (Download it : downloads.all()) {
            JsonNode explained = vipd.explain("tcp", it.client(), it.family().vip(80));
            String name = it.server().equals(formerName) ? nowCalled : it.server();
            assertThat(explained.path("backend").asText()).as(it.toString()).isEqualTo(name);
            assertThat(explained.path("reason").asText()).as(it.toString()).isEqualTo("flow");
        }
        downloads.shouldGrow();
    }

    private long resetsByServers() {
        return SERVERS.stream()
                .mapToLong(it -> lab().host(it).kernelCounter("TcpOutRsts"))
                .sum();
    }

    private String stateOf(String service) {
        return backend(service, LEAVING).path("state").asText();
    }

    private JsonNode backend(String service, String name) {
        return StreamSupport.stream(vipd.ask("backend", "list", service).spliterator(), false)
                .filter(it -> it.path("name").asText().equals(name))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private int countInServices() {
        return (int) services()
                .yaml()
                .lines()
                .filter(it -> it.contains("name: " + LEAVING))
                .count();
    }
}
