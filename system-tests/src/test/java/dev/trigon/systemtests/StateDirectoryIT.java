package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Downloads;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Flood;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What vipd keeps is on a disk that cannot be written to, has no room, or is another's. Each is mounted in the mount namespace
 * of one vipd alone, and goes with it.
 */
class StateDirectoryIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final String SMALL = "flows: {max: 4096, maxAffinities: 1024}\n";
    private static final String READ_ONLY = "mount --bind \"$0\" \"$0\"; mount -o remount,ro,bind \"$0\"";

    private static Vipd vipd;

    @BeforeAll
    static void prepare() throws IOException {
        vipd = LAB.vipd();
        Files.createDirectories(vipd.state());
    }

    @AfterEach
    void stop() {
        vipd.stop();
        assertThat(LAB.changesOn("gateway")).isEmpty();
    }

    @Test
    void shouldNotStartOnAStateDirectoryThatIsReadOnly() {
        shouldRefuse(startOn(LAB.gateway(), READ_ONLY, SMALL), "(?i)read-only");
    }

    @Test
    void shouldNotStartOnAStateDirectoryWithoutRoom() {
        shouldRefuse(startOn(LAB.gateway(), tmpfs("64k"), SMALL), "(?i)space|room");
    }

    /** There is room for the files' names, not for the flows that they are to hold. */
    @Test
    void shouldNotStartOnAStateDirectoryWithTooLittleRoomForItsFlows() {
        shouldRefuse(startOn(LAB.gateway(), tmpfs("4m"), ""), "(?i)space|room");
    }

    /** The lock is on the directory, whatever network either is in. */
    @Test
    void shouldNotStartOnAStateDirectoryOfAnotherVipd() {
        vipd.start(SMALL);

        shouldRefuse(startOn(LAB.router(), "true", SMALL), "another vipd \\(pid \\d+\\)");

        assertThat(vipd.ask("status").path("version").asText()).isNotEmpty();
    }

    @Test
    void shouldForwardOnWhenTheStateDirectoryHasNoRoomAnyMore() {
        vipd.startBehind(wrapper(tmpfs("48m")), SMALL);
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(Lab.SERVERS);
        Path filler = vipd.seen(vipd.state()).resolve("filler");
        try (Downloads downloads = Downloads.start(LAB, 80, 1, "4M")) {
            JsonNode services = vipd.configuration();
            LAB.gateway().run("dd", "if=/dev/zero", "of=" + filler, "bs=4096");

            Output refused = more();

            assertThat(refused.exit()).as(refused.toString()).isEqualTo(1);
            assertThat(refused.err()).matches("(?s)vipctl: .+: .+; .+").containsPattern("(?i)space|room");
            assertThat(vipd.configuration()).isEqualTo(services);
            // flows by the thousand: each has its place in the file, and none may be found missing only now
            LAB.flood(Flood.Kind.UDP, Family.IPV4, 7000, 3000, Duration.ofSeconds(2))
                    .sent();
            shouldServe();
            downloads.shouldGrow();
            Eventually.within(SOON, StateDirectoryIT::isSaidToBeFull, () -> "status: " + vipd.ask("status"));

            LAB.gateway().ask("rm", filler.toString());
            more().orFail();
            Eventually.within(SOON, () -> !isSaidToBeFull(), () -> "status: " + vipd.ask("status"));
            shouldServe();
            downloads.shouldGrow();
        }
        assertThat(vipd.dropped("fault")).isZero();
    }

    private static boolean isSaidToBeFull() {
        return vipd.ask("status").toString().matches("(?i).*(no space|no room).*");
    }

    private static Output more() {
        return vipd.ctl(
                "service",
                "add",
                "more",
                "--vip",
                "203.0.113.20",
                "--protocol",
                "tcp",
                "--port",
                "80",
                "--scheduler",
                "maglev");
    }

    private static void shouldServe() {
        Client client = LAB.client();
        assertThat(client.get(30).total()).isEqualTo(30);
        assertThat(client.over(Family.IPV6).get(30).total()).isEqualTo(30);
        assertThat(client.query(9).total()).isEqualTo(9);
    }

    private static String tmpfs(String size) {
        return "mount -t tmpfs -o size=%s tmpfs \"$0\"".formatted(size);
    }

    /** What becomes vipd once it has mounted something on the state directory. */
    private static List<String> wrapper(String mount) {
        return List.of("sh", "-ec", mount + "; exec \"$@\"", vipd.state().toString());
    }

    private static Output startOn(Host host, String mount, String more) {
        Path file = LAB.directory().resolve("other.yaml");
        try {
            String device = host == LAB.gateway() ? "eth0" : "lan";
            Files.writeString(
                    file, Vipd.configuration(device, LAB.directory().resolve("other.sock"), vipd.state()) + more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(wrapper(mount));
        command.addAll(List.of(Lab.home() + "/scripts/vipd", "--config", file.toString()));
        return host.run(command.toArray(String[]::new));
    }

    private static void shouldRefuse(Output output, String reason) {
        assertThat(output.exit()).as(output.toString()).isEqualTo(1);
        assertThat(output.err().lines().filter(it -> it.startsWith("vipd: ")))
                .as(output.toString())
                .singleElement()
                .asString()
                .contains(vipd.state().toString())
                .matches("vipd: .+: .+; .+")
                .containsPattern(reason);
    }
}
