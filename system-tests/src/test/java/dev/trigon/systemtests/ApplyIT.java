package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Seed;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes that are interrupted: by a crash of vipd, by nobody who confirms them, by a disk that is full. */
class ApplyIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final String SMALL = "flows: {max: 4096, maxAffinities: 1024}\n";
    private static final int BACKENDS = 150;
    private static final int KILLS = 5;

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
    void shouldPlanWhatApplyThenDoesByTheGatewaysOwnChecks() throws IOException {
        vipd.start(SMALL);
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        Path file = LAB.directory().resolve("plan.yaml");
        Files.writeString(
                file,
                Services.of(LAB, "l2dsr")
                        .without("b3")
                        .with("b1", 7)
                        .by("maglev")
                        .yaml());

        JsonNode plan = vipd.ask("plan", "-f", file.toString());

        assertThat(plan.path("revision").asLong())
                .isEqualTo(vipd.status().path("revision").asLong());
        assertThat(plan.findValuesAsText("action"))
                .contains("changed", "removed")
                .doesNotContain("added");
        String revision = plan.path("revision").asText();
        vipd.ctl("apply", "-f", file.toString(), "--if-revision", revision).orFail();
        assertThat(vipd.ctl("plan", "-f", file.toString()).out()).contains("changes nothing");
        assertThat(vipd.ctl("apply", "-f", file.toString(), "--if-revision", revision)
                        .err())
                .contains("it was changed meanwhile");
        Files.writeString(file, Files.readString(file).replace(LAB.address("b1"), "192.0.2.77"));
        Output refused = vipd.ctl("apply", "-f", file.toString());
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(1);
        assertThat(vipd.ctl("plan", "-f", file.toString()).err()).isEqualTo(refused.err());
    }

    @Test
    void shouldBeTheOldOrTheNewWhenItIsKilledInTheMiddle() throws IOException {
        Random random = new Random(Seed.fresh("kills"));
        vipd.start(SMALL);
        apply(0);
        int weight = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            SocketChannel channel = begin(kill);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(60_000)));
            vipd.kill();
            channel.close();
            vipd.start(SMALL);

            Set<Integer> weights = weights();
            assertThat(weights).as("kill %d", kill).hasSize(1).isSubsetOf(weight, kill);
            weight = weights.iterator().next();
            JsonNode last = vipd.ask("history", "-n", "1").path(0);
            assertThat(last.path("number").asLong())
                    .isEqualTo(vipd.status().path("revision").asLong());
            assertThat(vipd.ask("history", "show", last.path("number").asText()))
                    .isEqualTo(vipd.configuration());
        }
    }

    private static String services(int weight) {
        StringBuilder yaml = new StringBuilder("""
                services:
                - name: web
                  vip: 203.0.113.10
                  protocol: tcp
                  ports: 80
                  backends:
                """);
        String network = LAB.address("b1").substring(0, LAB.address("b1").lastIndexOf('.') + 1);
        for (int i = 0; i < BACKENDS; i++) {
            yaml.append("  - {name: b%d, address: %s%d, weight: %d}\n".formatted(i, network, 100 + i, weight));
        }
        return yaml.toString();
    }

    private static void apply(int weight) {
        vipd.apply(services(weight)).orFail();
    }

    /** Straight to the socket: to start a vipctl takes longer than a change. */
    private static SocketChannel begin(int weight) throws IOException {
        byte[] body = services(weight).getBytes(StandardCharsets.UTF_8);
        String head = "PUT /v1/configuration HTTP/1.1\r\nHost: vipd\r\nContent-Length: " + body.length + "\r\n\r\n";
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(vipd.socket()));
        channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        channel.write(ByteBuffer.wrap(body));
        return channel;
    }

    private static Set<Integer> weights() {
        Set<Integer> weights = new HashSet<>();
        vipd.configuration().findValues("weight").forEach(weight -> weights.add(weight.asInt()));
        return weights;
    }

    @Test
    void shouldTakeBackWhatIsNotConfirmedAlsoAfterAKill() {
        vipd.start(SMALL);
        apply(10);
        confirmWithin("60s", 11);
        vipd.kill();
        vipd.start(SMALL);
        assertThat(weights()).as("there is time").containsExactly(11);
        assertThat(vipd.ctl("status").out()).contains("unless `vipctl confirm` comes before");
        assertThat(vipd.ctl("backend", "set", "web", "b0", "--weight", "12").err())
                .contains("vipctl rollback");
        vipd.ctl("rollback").orFail();
        assertThat(weights()).containsExactly(10);

        confirmWithin("10s", 12);
        vipd.kill();
        vipd.start(SMALL);
        Eventually.within(Duration.ofSeconds(40), () -> weights().contains(10), () -> "it stays");

        confirmWithin("2s", 13);
        vipd.kill();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
        vipd.start(SMALL);
        // vipd looks once a second
        Eventually.within(Duration.ofSeconds(5), () -> weights().contains(10), () -> "it stays");
        Eventually.within(
                SOON,
                () -> vipd.log().contains("was not confirmed within 2s and is rolled back"),
                () -> "it is not said: " + vipd.log());

        confirmWithin("60s", 14);
        vipd.ctl("confirm").orFail();
        vipd.kill();
        vipd.start(SMALL);
        assertThat(weights()).containsExactly(14);
        vipd.ctl("rollback").orFail();
        assertThat(weights()).containsExactly(10);
    }

    private static void confirmWithin(String time, int weight) {
        Path file = LAB.directory().resolve("confirm.yaml");
        write(file, services(weight));
        vipd.ctl("apply", "-f", file.toString(), "--confirm-within", time).orFail();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldTakeBackOnceADiskThatIsFullHasRoom() {
        String mount = "mount -t tmpfs -o size=48m tmpfs \"$0\"; exec \"$@\"";
        vipd.startBehind(List.of("sh", "-ec", mount, vipd.state().toString()), SMALL);
        apply(20);
        confirmWithin("5s", 21);
        Path filler = vipd.seen(vipd.state()).resolve("filler");
        LAB.gateway().run("dd", "if=/dev/zero", "of=" + filler, "bs=4096");
        Eventually.within(
                SOON, () -> vipd.log().contains("stays until it can be rolled back"), () -> "it is not tried");
        assertThat(weights()).containsExactly(21);
        write(LAB.directory().resolve("plan.yaml"), services(21));
        assertThat(vipd.ctl("plan", "-f", LAB.directory().resolve("plan.yaml").toString())
                        .orFail()
                        .out())
                .contains("changes nothing");

        LAB.gateway().ask("rm", filler.toString());

        Eventually.within(SOON, () -> weights().contains(20), () -> "it stays: " + vipd.log());
        assertThat(vipd.ask("history", "-n", "1").path(0).path("command").asText())
                .isEqualTo("not confirmed within 5s: rolled back");
    }
}
