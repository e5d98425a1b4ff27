package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.HostState;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is asked for wrongly: one line that says what to do, the stated exit code, and nothing changed. */
class RefusalIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final Pattern LOGGED = Pattern.compile("^[0-9T:.-]+Z (INFO|WARN) ");

    private static Vipd vipd;
    private static JsonNode services;
    private static HostState gateway;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        services = vipd.configuration();
        gateway = LAB.gateway().state();
    }

    @AfterEach
    void shouldHaveChangedNothing() {
        assertThat(vipd.isRunning()).isTrue();
        assertThat(vipd.configuration()).isEqualTo(services);
        assertThat(LAB.gateway().state().changesSince(gateway)).isEmpty();
    }

    static Stream<Arguments> badConfigurations() {
        return Stream.of(
                Arguments.of("interfaces: [nosuch0]\n", "nosuch0"),
                Arguments.of("interfaces: [eth0]\nengines: pcap\n", "2.*engines"),
                Arguments.of("interfaces: [eth0]\nflows:\n  max: many\n", "3.*max"),
                Arguments.of("interfaces: [eth0]\ncontrol: {socket: [a]}\n", "2.*socket"),
                Arguments.of("interfaces: {\n", "yaml"),
                Arguments.of("engine: auto\n", "interfaces"));
    }

    @ParameterizedTest
    @MethodSource("badConfigurations")
    void shouldNotStartWithABadConfiguration(String yaml, String reason) throws IOException {
        // its own socket and state, where it does not say them itself, so that these are not what it is refused for
        String control = yaml.contains("control") ? "" : "control: {socket: %s}\n".formatted(path("other.sock"));
        shouldBeRefused(startElsewhere(yaml + control + "state: " + path("other") + "\n"), 1, reason);
    }

    @Test
    void shouldNotStartOnAnInterfaceThatIsDown() throws IOException {
        LAB.router().ask("ip", "link", "add", "down0", "type", "veth", "peer", "name", "down1");
        try {
            shouldBeRefused(
                    startElsewhere(Vipd.configuration("down0", path("other.sock"), path("other"))), 1, "down0.*down");
        } finally {
            LAB.router().ask("ip", "link", "delete", "down0");
        }
    }

    @Test
    void shouldNotStartWithoutRoot() throws IOException {
        Path file = path("other.yaml");
        Files.writeString(file, Vipd.configuration("eth0", path("other.sock"), path("other")));

        // In a user namespace that maps nobody, root is not root, and still may read this checkout.
        Output output =
                LAB.gateway().run("unshare", "--user", Lab.home() + "/scripts/vipd", "--config", file.toString());

        shouldBeRefused(output, 1, "root");
    }

    @Test
    void shouldNotStartWithoutLibpcap() throws IOException {
        Path file = path("other.yaml");
        Files.writeString(file, Vipd.configuration("lan", path("other.sock"), path("other")));

        // Hidden in this command's own mount namespace, which goes with it.
        Output output = LAB.router()
                .run(
                        "sh",
                        "-ec",
                        "for library in $(ldconfig -p | awk '/libpcap\\.so/ {print $NF}'); do"
                                + " mount --bind /dev/null \"$(readlink -f \"$library\")\"; done; exec \"$@\"",
                        "sh",
                        Lab.home() + "/scripts/vipd",
                        "--config",
                        file.toString());

        shouldBeRefused(output, 1, "libpcap");
    }

    @Test
    void shouldNotStartASecondTimeOnTheSameSocket() throws IOException {
        shouldBeRefused(start(Vipd.configuration("eth0", vipd.socket(), path("other"))), 1, "vipd.sock");
        assertThat(vipd.ctl("status").exit()).isZero();
    }

    @Test
    void shouldNotStartASecondTimeOnTheSameState() throws IOException {
        shouldBeRefused(start(Vipd.configuration("eth0", path("other.sock"), vipd.state())), 1, "state");
    }

    @Test
    void shouldNotStartASecondTimeInTheSameNamespace() throws IOException {
        shouldBeRefused(start(Vipd.configuration("eth0", path("third.sock"), path("third"))), 1, "network namespace");
    }

    static Stream<Arguments> badServices() {
        String good = "services:\n  - name: one\n    vip: 203.0.113.30\n    protocol: tcp\n    ports: [80]\n";
        return Stream.of(
                Arguments.of(good + "    schedular: wrr\n", "6.*schedular"),
                Arguments.of(good.replace("[80]", "[eighty]"), "5.*eighty"),
                Arguments.of(good.replace("203.0.113.30", "203.0.113"), "3.*203"),
                Arguments.of(good + good.substring("services:\n".length()).replace("30", "31"), "one"),
                Arguments.of(good + "    backends: [{name: b1, address: 10.2.0.11, port: 8080}]\n", "6.*port"),
                Arguments.of(good + "    backends: [{name: b1, address: 10.2.0.11, weight: heavy}]\n", "6.*weight"),
                // two hops away, where no MAC address of the gateway's own can reach
                Arguments.of(good + "    backends: [{name: far, address: 192.0.2.10}]\n", "192.0.2.10"));
    }

    @ParameterizedTest
    @MethodSource("badServices")
    void shouldNotApplyABadFile(String yaml, String reason) throws IOException {
        Path file = path("bad.yaml");
        Files.writeString(file, yaml);

        shouldBeRefused(vipd.ctl("apply", "-f", file.toString()), 1, reason);
    }

    @Test
    void shouldNotAddAServiceThatIsThereAlready() {
        shouldBeRefused(
                vipd.ctl("service", "add", "web", "--vip", "203.0.113.30", "--protocol", "tcp", "--port", "80"),
                1,
                "web");
        shouldBeRefused(
                vipd.ctl("service", "add", "web2", "--vip", Lab.VIP, "--protocol", "tcp", "--port", "8080"), 1, "8080");
    }

    @Test
    void shouldNotTakeAllPortsOfAnAddressOfTheGateway() {
        LAB.gateway().ask("ip", "address", "add", "203.0.113.40/32", "dev", "lo");
        try {
            shouldBeRefused(
                    vipd.ctl("service", "add", "own", "--vip", "203.0.113.40", "--protocol", "tcp", "--port", "any"),
                    1,
                    "203.0.113.40.*name the ports");
        } finally {
            LAB.gateway().ask("ip", "address", "delete", "203.0.113.40/32", "dev", "lo");
        }
    }

    @Test
    void shouldNotTakeABackendThatItHasNoRouteTo() throws IOException {
        LAB.gateway().ask("ip", "route", "add", "unreachable", "192.0.2.0/24");
        try {
            Path file = path("bad.yaml");
            Files.writeString(file, """
                    services:
                      - name: far
                        vip: 203.0.113.30
                        protocol: tcp
                        ports: [80]
                        forward: l3dsr
                        backends: [{name: far, address: 192.0.2.10}]
                    """);
            shouldBeRefused(vipd.ctl("apply", "-f", file.toString()), 1, "no route to 192.0.2.10");
        } finally {
            LAB.gateway().ask("ip", "route", "delete", "unreachable", "192.0.2.0/24");
        }
    }

    @Test
    void shouldTellUsageAndAbsenceOfVipdFromRefusals() {
        assertThat(vipd.ctl("fly").exit()).isEqualTo(2);
        Output unreachable = LAB.gateway()
                .run(
                        Lab.home() + "/scripts/vipctl",
                        "--socket",
                        path("nobody.sock").toString(),
                        "status");
        shouldBeRefused(unreachable, 3, "nobody.sock");
    }

    private static Path path(String name) {
        return LAB.directory().resolve(name);
    }

    /** On a host that has no vipd yet: a second one is refused before its interfaces are looked at. */
    private static Output startElsewhere(String configuration) throws IOException {
        Path file = path("other.yaml");
        Files.writeString(file, configuration);
        return LAB.router().run(Lab.home() + "/scripts/vipd", "--config", file.toString());
    }

    private static Output start(String configuration) throws IOException {
        Path file = path("other.yaml");
        Files.writeString(file, configuration);
        return vipd.refuse(file);
    }

    private static void shouldBeRefused(Output output, int exit, String reason) {
        assertThat(output.exit()).as(output.toString()).isEqualTo(exit);
        // vipd logs there as well
        List<String> errors =
                output.err().lines().filter(it -> !LOGGED.matcher(it).find()).toList();
        assertThat(errors).as(output.toString()).singleElement().asString().matches("vip(d|ctl): .+: .+; .+");
        assertThat(errors.get(0)).containsPattern(reason);
    }
}
