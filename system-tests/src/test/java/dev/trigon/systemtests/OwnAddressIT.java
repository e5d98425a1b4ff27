package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The VIP is the gateway's own address, port 80 of it: all else there is the gateway's as ever. */
class OwnAddressIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Duration SOON = Duration.ofSeconds(10);
    /** Seconds for a request: on a bad network packets are sent again. */
    private static final String PATIENCE = "8";

    private static final String[] TABLE = {"nft", "list", "table", "inet", "trigon_gateway"};

    private static Vipd vipd;
    private static Host client;
    private static Path key;

    @BeforeAll
    static void serve() throws IOException {
        vipd = LAB.vipd();
        client = LAB.client().host();
        startSshd();
        vipd.start();
        for (Family family : Family.values()) {
            String name = family.name("own");
            vipd.ctl("service", "add", name, "--vip", own(family), "--protocol", "tcp", "--port", "80")
                    .orFail();
            for (String server : SERVERS) {
                vipd.ctl("backend", "add", name, server, "--address", LAB.address(server, family))
                        .orFail();
            }
        }
        LAB.startAgents("--vip", own(Family.IPV4), "--vip", own(Family.IPV6));
        awaitAnswers();
    }

    private static String own(Family family) {
        return family.address(2, 2);
    }

    /** The namespace's commands have mounts of their own, and sshd must have a directory in /run. */
    private static void startSshd() throws IOException {
        key = LAB.directory().resolve("host_key");
        LAB.gateway().ask("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        Path configuration = LAB.directory().resolve("sshd_config");
        Files.writeString(configuration, """
                HostKey %s
                ListenAddress %s
                ListenAddress %s
                PidFile none
                UsePAM no
                """.formatted(key, own(Family.IPV4), own(Family.IPV6)));
        Program sshd = LAB.gateway()
                .start(
                        "sh",
                        "-ec",
                        "mount -t tmpfs tmpfs /run; mkdir /run/sshd; exec \"$(command -v sshd)\" -D -e -f "
                                + configuration);
        Eventually.within(SOON, () -> sshd.log().contains("Server listening on " + own(Family.IPV6)), sshd::log);
    }

    @BeforeEach
    void serveAgain() {
        if (!vipd.isRunning()) {
            vipd.start();
            awaitAnswers();
        }
    }

    @AfterEach
    void shouldHaveLeftTheRestToTheGateway() throws IOException {
        for (Family family : Family.values()) {
            String known = client.ask("ssh-keyscan", "-T", "3", "-t", "ed25519", own(family));
            assertThat(known).contains(Files.readString(Path.of(key + ".pub")).split(" ", -1)[1]);
        }
    }

    private static Output get(Family family, int requests) {
        return get(family, requests, PATIENCE);
    }

    private static Output get(Family family, int requests, String seconds) {
        String url = "http://" + family.endpoint(own(family), 80) + "/?[1-" + requests + "]";
        return client.run("curl", "-s", "--max-time", seconds, "-H", "Connection: close", url);
    }

    private static void awaitAnswers() {
        for (Family family : Family.values()) {
            Eventually.within(
                    SOON,
                    () -> get(family, 1, "2").exit() == 0,
                    () -> "no answer from " + own(family) + ": " + vipd.counters()
                            + LAB.gateway().ask("ip", "neigh"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBalanceThePortThatItIsToldOf(Family family) {
        List<String> answered = get(family, 60).lines();

        assertThat(answered).hasSize(60);
        assertThat(Set.copyOf(answered)).isEqualTo(Set.copyOf(SERVERS));
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeavePingsToItsKernel(Family family) {
        long answered = vipd.counter("answered");

        client.ask("ping", "-n", "-c", "3", "-i", "0.01", "-W", "1", own(family));

        assertThat(vipd.counter("answered")).isEqualTo(answered);
    }

    /** The servers hold it too, and keep quiet about it. */
    @Test
    void shouldBeTheOnlyOneThatHasIt() {
        String replies = LAB.router()
                .run("arping", "-c", "2", "-w", "2", "-I", "lan", own(Family.IPV4))
                .out();
        LAB.router().shell("ip -6 neigh flush dev lan");
        assertThat(get(Family.IPV6, 1).exit()).isZero();

        assertThat(Pattern.compile("\\[([0-9A-Fa-f:]+)\\]")
                        .matcher(replies)
                        .results()
                        .map(it -> it.group(1).toLowerCase(Locale.ROOT)))
                .isNotEmpty()
                .containsOnly(LAB.gateway().mac("eth0"));
        assertThat(LAB.router().ask("ip", "-6", "neigh", "show", "to", own(Family.IPV6)))
                .contains(LAB.gateway().mac("eth0"));
    }

    /** What the kernel would say to a packet for a port that nobody listens on: a reset, from port 80. */
    @Test
    void shouldKeepItsKernelOffThePortUntilItStops() throws IOException {
        String table = LAB.gateway().ask(TABLE);
        Program resets = LAB.gateway().start("tcpdump", "-lni", "eth0", "-Q", "out", "src port 80");
        Eventually.within(SOON, () -> resets.log().contains("listening on"), resets::log);

        vipd.kill();
        for (Family family : Family.values()) {
            assertThat(get(family, 1, "2").exit())
                    .as("a timeout, and no refusal")
                    .isEqualTo(28);
        }
        shouldHaveLeftTheRestToTheGateway();
        vipd.start();
        awaitAnswers();

        assertThat(LAB.gateway().ask(TABLE)).isEqualTo(table);
        resets.stop();
        assertThat(List.of(resets.log().split("\n", -1))).noneMatch(it -> it.contains(".80 >"));
        assertThat(vipd.stop()).isZero();
        assertThat(LAB.gateway().run(TABLE).exit()).isNotZero();
        for (Family family : Family.values()) {
            assertThat(get(family, 1).exit()).as("refused by the kernel").isEqualTo(7);
        }
    }
}
