package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A thousand changes, one after another, while clients open connections as fast as they can. */
class ThousandChangesIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static final int CHANGES = 1_000;
    private static final Duration ALL = Duration.ofSeconds(60);
    private static final String WEB = "http://localhost/v1/services/web";

    @Test
    void shouldFailNoRequest() throws IOException {
        Vipd vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.client().awaitAnswersFrom(SERVERS);
        Program clients = LAB.client()
                .host()
                .start("wrk", "-t1", "-c8", "-d60", "-H", "Connection: close", "http://" + Family.IPV4.vip(80) + "/");
        Path changes = LAB.directory().resolve("changes.curl");
        Files.writeString(changes, changes(vipd));

        Output made =
                LAB.gateway().run("timeout", Long.toString(ALL.toSeconds()), "curl", "-sS", "-K", changes.toString());
        // its report comes with its end
        clients.interrupt();

        assertThat(made.lines()).as(made::toString).hasSize(CHANGES).containsOnly("200");
        assertThat(clients.log()).contains("requests in").doesNotContain("Socket errors", "Non-2xx");
        assertThat(requests(clients.log())).isGreaterThan(CHANGES);
        vipd.awaitBalance();
        assertThat(vipd.dropped("fault")).isZero();
        assertThat(vipd.dropped("no-backend")).isZero();
    }

    private static long requests(String report) {
        return report.lines()
                .filter(line -> line.contains("requests in"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" ", 2)[0]))
                .findFirst()
                .orElse(0);
    }

    /** What curl is to do: weights, schedulers, drains and their end, in turn. The answers' codes, a line each. */
    private static String changes(Vipd vipd) {
        List<String> turn = List.of(
                patch("", "{\"scheduler\": \"maglev\"}"),
                patch("/backends/b1", "{\"weight\": 7}"),
                patch("/backends/b3", "{\"state\": \"draining\"}"),
                patch("", "{\"affinity\": \"10s\"}"),
                patch("/backends/b3", "{\"state\": \"up\"}"),
                patch("", "{\"scheduler\": \"wrr\"}"),
                patch("/backends/b2", "{\"weight\": 0}"),
                patch("/backends/b1", "{\"weight\": 100}"),
                patch("/backends/b2", "{\"weight\": 100}"),
                patch("", "{\"affinity\": \"none\"}"));
        StringBuilder all = new StringBuilder();
        for (int change = 0; change < CHANGES; change++) {
            all.append("unix-socket = \"").append(vipd.socket()).append("\"\n").append(turn.get(change % turn.size()));
            all.append(change < CHANGES - 1 ? "next\n" : "");
        }
        return all.toString();
    }

    private static String patch(String path, String body) {
        return """
                url = "%s%s"
                request = PATCH
                data = "%s"
                output = /dev/null
                write-out = "%%{http_code}\\n"
                """.formatted(WEB, path, body.replace("\"", "\\\""));
    }
}
