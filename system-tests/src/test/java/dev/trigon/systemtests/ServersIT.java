package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody who adds a server, and takes it out again, by docs/servers.md line by line, while clients are being served. */
class ServersIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    /** The guide's. */
    private static final String SERVER = "b3";

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int SOME = 50;

    private static Vipd vipd;
    private static Client client;
    private static Host server;
    private static Program requests;
    private static Program agent;

    @BeforeAll
    static void serveFromTheOthers() {
        vipd = LAB.vipd();
        client = LAB.client();
        server = LAB.host(SERVER);
        vipd.start();
        LAB.startAgents();
        LAB.agent(SERVER).stop();
        assertThat(LAB.changesOn(SERVER)).isEmpty();
        vipd.apply(Services.of(LAB, "l2dsr").without(SERVER)).orFail();
        // so that what a drain waits for is soon over
        vipd.ctl("service", "set", "web", "--timeout", "syn=1s", "--timeout", "closing=1s")
                .orFail();
        client.awaitAnswersFrom(List.of("b1", "b2"));
        requests = client.keepGetting(100);
    }

    @Test
    void shouldDoWhatTheGuideSaysAndNoClientNotices() throws IOException {
        for (String command : typed("## Add a server")) {
            if (command.endsWith("--weight 100")) {
                assertThat(answeredFromNowOn()).doesNotContain(SERVER);
            }
            type(command);
        }
        Eventually.within(SOON, () -> Client.answered(requests).contains(SERVER), () -> SERVER + " is never chosen");

        for (String command : typed("## Take a server out")) {
            type(command);
            if (!command.contains("enable")) {
                assertThat(answeredFromNowOn()).as("after " + command).doesNotContain(SERVER);
            }
        }

        assertThat(agent.await(SOON)).isZero();
        assertThat(LAB.changesOn(SERVER)).isEmpty();
        // a server that was removed is listed until a handshake with it is over for sure
        Eventually.within(SOON, () -> listed().equals(List.of("b1", "b2")), () -> "listed: " + listed());
        requests.stop();
        assertThat(Client.answered(requests)).doesNotContain("failed");
    }

    private static List<String> listed() {
        return vipd.backends("web").findValuesAsText("name");
    }

    /** What is to be typed in one part of the guide. */
    private static List<String> typed(String heading) throws IOException {
        Stream<String> part = Files.readAllLines(Lab.home().resolve("docs/servers.md")).stream()
                .dropWhile(it -> !it.equals(heading))
                .skip(1)
                .takeWhile(it -> !it.startsWith("## "));
        return part.filter(it -> it.startsWith("    ")).map(String::strip).toList();
    }

    private static void type(String command) {
        if (command.startsWith("vip-agent run ")) {
            agent = server.start("sh", "-c", "exec " + onServer(command));
            Eventually.within(SOON, () -> agent.log().contains("ready: "), agent::log);
        } else if (command.startsWith("vip-agent ")) {
            server.shell(onServer(command));
        } else if (command.startsWith("curl ")) {
            assertThat(server.shell(command)).contains(SERVER);
        } else if (command.equals("vipctl doctor")) {
            // a lab's gateway has one thing and another, but nothing that is the server's
            assertThat(onGateway(command).out()).contains(" wrong, ").doesNotContain(SERVER);
        } else {
            onGateway(command).orFail();
        }
    }

    private static String onServer(String command) {
        return "%s/scripts/%s --state %s"
                .formatted(Lab.home(), command, LAB.directory().resolve("guide-" + SERVER));
    }

    private static Output onGateway(String command) {
        assertThat(command).startsWith("vipctl ");
        return LAB.gateway()
                .run("sh", "-c", "VIPCTL_SOCKET=%s %s/scripts/%s".formatted(vipd.socket(), Lab.home(), command));
    }

    /** Who answers the next few requests. */
    private static List<String> answeredFromNowOn() {
        // the one under way was begun before
        int before = Client.answered(requests).size() + 1;
        Eventually.within(SOON, () -> Client.answered(requests).size() >= before + SOME, requests::log);
        List<String> answered = Client.answered(requests);
        return answered.subList(before, answered.size());
    }
}
