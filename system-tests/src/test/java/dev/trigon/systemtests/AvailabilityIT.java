package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.CheckedServers.Kind;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How each kind of check finds out what is wrong with a server, and what a service makes of it and of who has just begun. */
class AvailabilityIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final List<String> ORDINARY = List.of("b1", "b2");
    private static final String LAST = "b3";
    private static final String FAILING = "b2";

    private static final String WEB = "protocol: tcp, ports: 80, scheduler: rr, ";
    private static final String WEB_8080 = "protocol: tcp, ports: 8080, scheduler: rr, ";
    private static final String CHECKED = "health: {type: http, path: /up/state, interval: 200ms, rise: 2, fall: 2}";
    private static final int REQUESTS = 12;
    /** What curl ends with when nothing has come in time. */
    private static final int TIMED_OUT = 28;

    private static final String TIMES = "interval: 500ms, timeout: 500ms, rise: 2, fall: 3";
    /** Interval times fall, a tenth more at most, the timeout of the last, and what a busy machine needs besides. */
    private static final Duration FOUND_OUT = Duration.ofMillis(550 * 3 + 500 + 1_500);

    private static final Duration RECOVERED = Duration.ofMillis(550 * 2 + 500 + 1_500);

    private static Vipd vipd;
    private static Watched watched;
    private static CheckedServers servers;

    @BeforeAll
    static void start() throws IOException {
        vipd = LAB.vipd();
        watched = new Watched(vipd);
        vipd.start();
        LAB.startAgents();
        servers = CheckedServers.start(LAB, ORDINARY);
    }

    @BeforeEach
    void makeWell() throws IOException {
        for (String server : SERVERS) {
            Files.writeString(servers.page(server), "well\n");
        }
    }

    @AfterEach
    void shouldHaveHadNoFault() {
        assertThat(vipd.dropped("fault")).isZero();
    }

    @Test
    void shouldFindOutByEachKindOfCheckWhatNoOtherNotices() {
        List<Kind> kinds = servers.kinds(FAILING);
        vipd.apply("services:\n"
                        + kinds.stream()
                                .map(kind -> both(kind.name(), kind.settings(TIMES), ORDINARY))
                                .collect(Collectors.joining()))
                .orFail();
        awaitNobodyDown(SOON);
        for (Kind kind : kinds) {
            LAB.host(FAILING).shell(kind.breaking());
            try {
                watched.awaitBoth(kind.name(), FAILING, "down", kind.reason(), FOUND_OUT);
                assertThat(down())
                        .containsOnly(kind.name() + " " + FAILING, Family.IPV6.name(kind.name()) + " " + FAILING);
            } finally {
                LAB.host(FAILING).shell(kind.mending());
            }
            awaitNobodyDown(RECOVERED);
        }
        assertThat(vipd.counter("check-delivered")).isPositive();
        assertThat(vipd.counter("check-refused")).isZero();
    }

    private static void awaitNobodyDown(Duration limit) {
        Eventually.within(limit, () -> down().isEmpty(), () -> down() + " are down");
    }

    /** Services, each with a backend that is. */
    private static List<String> down() {
        return StreamSupport.stream(vipd.backends().spliterator(), false)
                .filter(it -> it.path("state").asText().equals("down"))
                .map(it -> it.path("service").asText() + " " + it.path("name").asText())
                .toList();
    }

    /** Nobody has signed it, which a check does not mind that is told nothing. */
    @Test
    void shouldNotTakeAStrangersCertificateWhereItIsToBeVerified() {
        String settings = "protocol: tcp, ports: %d, health: {type: https, verify: true, host: www.example.org, %s}";
        vipd.apply("services:\n" + both("verified", settings.formatted(CheckedServers.HTTPS_PORT, TIMES), ORDINARY))
                .orFail();
        ORDINARY.forEach(server -> watched.awaitBoth("verified", server, "down", "certification path", SOON));
    }

    @Test
    void shouldServeFromTheBackupWhileNoOtherIsUpAndLeaveItWhatItHas() throws IOException {
        serveWithBackup();
        shouldBeServedBy(ORDINARY);

        for (String server : ORDINARY) {
            Files.delete(servers.page(server));
        }
        await(ORDINARY, "down");
        shouldBeServedBy(List.of(LAST));
        try (Downloads downloads = Downloads.start(LAB, 80, 2, "4M")) {
            assertThat(downloads.servers()).containsExactly(LAST);
            makeWell();
            await(ORDINARY, "up");
            shouldBeServedBy(ORDINARY);
            downloads.shouldGrow();
        }
    }

    @Test
    void shouldGoOnAsIfAllWereUpWhenAllAreDownUnlessItIsToCloseThen() throws IOException {
        serveWithBackup();
        for (String server : SERVERS) {
            Files.delete(servers.page(server));
        }
        await(SERVERS, "down");
        shouldBeServedBy(SERVERS);
        try (Downloads downloads = Downloads.start(LAB, 80, 2, "4M")) {
            for (Family family : Family.values()) {
                vipd.ctl("service", "set", family.name("web"), "--when-all-down", "closed")
                        .orFail();
            }
            Downloads.shouldBeReset(downloads.all(), SOON);
        }
        for (Family family : Family.values()) {
            long droppedBefore = vipd.dropped("no-backend");
            Output asked = LAB.client().host().run("curl", "-sS", "--max-time", "1.5", "http://" + family.vip(80));
            assertThat(asked.exit()).as(asked.toString()).isEqualTo(TIMED_OUT);
            assertThat(vipd.dropped("no-backend")).isGreaterThan(droppedBefore);
        }

        makeWell();
        await(SERVERS, "up");
        shouldBeServedBy(ORDINARY);
    }

    @Test
    void shouldTakeForDownWhoLeavesHandshakesUnansweredAndTryItAgainLater() {
        Duration hold = Duration.ofSeconds(5);
        String passive = "passive: {repeats: 3, within: 5s, hold: %ds}".formatted(hold.toSeconds());
        LAB.host(FAILING)
                .shell("nft 'table inet test { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }'");
        Program clients;
        try {
            vipd.apply("services:\n" + service("web", Family.IPV4, WEB + passive, SERVERS))
                    .orFail();
            clients = LAB.client().getAtOnce(REQUESTS);
            watched.await("web", FAILING, "down", "clients had to begin their handshakes again", SOON);
        } finally {
            LAB.host(FAILING).shell("nft delete table inet test");
        }
        // it would answer by now
        shouldBeServed(Family.IPV4, List.of("b1", "b3"));
        // and who met it before comes to others with the next SYN
        assertThat(clients.await(SOON)).isZero();
        assertThat(Client.answered(clients)).hasSize(REQUESTS).containsOnly("b1", "b3");

        watched.await("web", FAILING, "up", "", hold.plus(SOON));
        shouldBeServed(Family.IPV4, SERVERS);
    }

    /** The three ways to begin, side by side, each in a service of its own. */
    @Test
    void shouldBringToItsShareInAStraightLineWhoBeginsBesideOthers() throws IOException {
        String slowly = "slowStart: %ds".formatted(Beginning.LENGTH.toSeconds());
        String unchecked = "services:\n" + service("new", Family.IPV4, WEB + slowly, ORDINARY)
                + service("back", Family.IPV6, WEB + slowly, List.of("b1", "b2", "b3, state: disabled"));
        vipd.apply(unchecked + service("well", Family.IPV4, WEB_8080 + slowly, SERVERS))
                .orFail();
        Files.delete(servers.page(LAST));
        vipd.apply(unchecked + service("well", Family.IPV4, WEB_8080 + slowly + ", " + CHECKED, SERVERS))
                .orFail();
        watched.await("well", LAST, "down", "", SOON);

        List<Beginning> all = List.of(
                Beginning.of(LAB.client(), 8080, () -> {
                    makeWell();
                    watched.await("well", LAST, "up", "", SOON);
                }),
                Beginning.of(
                        LAB.client(),
                        80,
                        () -> vipd.ctl("backend", "add", "new", LAST, "--address", LAB.address(LAST))
                                .orFail()),
                Beginning.of(
                        LAB.client().over(Family.IPV6),
                        80,
                        () -> vipd.ctl("backend", "enable", "back", LAST).orFail()));

        for (double part : new double[] {0.25, 0.5, 0.75, 1.1}) {
            all.forEach(it -> it.shouldHaveItsShareAt(part));
        }
    }

    /** First checks pass one after another; whoever was first does not have it all to itself. */
    @Test
    void shouldShareEvenlyAmongThoseWhoBeginWithTheirService() {
        vipd.apply("services:\n" + service("first", Family.IPV6, WEB_8080 + "slowStart: 1h, " + CHECKED, SERVERS))
                .orFail();
        SERVERS.forEach(server -> watched.await("first", server, "up", "", SOON));

        Client.Answers answers = LAB.client().over(Family.IPV6).get(REQUESTS, 8080);

        assertThat(answers.byServer().values()).hasSize(3).containsOnly(REQUESTS / 3L);
    }

    private static void serveWithBackup() {
        vipd.apply("services:\n" + both("web", WEB + CHECKED, List.of("b1", "b2", "b3, backup: true")))
                .orFail();
        await(SERVERS, "up");
    }

    private static String both(String name, String settings, List<String> backends) {
        return service(name, Family.IPV4, settings, backends)
                + service(Family.IPV6.name(name), Family.IPV6, settings, backends);
    }

    /** @param backends each a server, and what else is said of it */
    private static String service(String name, Family family, String settings, List<String> backends) {
        return "  - {name: %s, vip: \"%s\", %s, backends: [%s]}\n"
                .formatted(
                        name,
                        family.vip(),
                        settings,
                        backends.stream()
                                .map(it -> "{name: %s, address: \"%s\"}"
                                        .formatted(it, LAB.address(it.substring(0, 2), family)))
                                .collect(Collectors.joining(", ")));
    }

    private static void shouldBeServedBy(List<String> these) {
        for (Family family : Family.values()) {
            shouldBeServed(family, these);
        }
    }

    private static void shouldBeServed(Family family, List<String> by) {
        Client.Answers answers = LAB.client().over(family).get(REQUESTS);
        assertThat(answers.total()).isEqualTo(REQUESTS);
        assertThat(answers.byServer()).containsOnlyKeys(by);
    }

    private static void await(List<String> these, String state) {
        these.forEach(server -> watched.awaitBoth("web", server, state, SOON));
    }
}
