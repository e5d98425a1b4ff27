package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of docs/api.md, in its order, by curl. */
class ApiGuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "api.md");
    private static final String SOCKET = "/run/trigon/vipd.sock";

    /** With the lines that it goes on in, which are further in. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^    curl .*(?:\\n {5,}.*)*$");

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = ControlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    /** What curl was told; it has failed where an answer is not whole. */
    private record Told(int status, String body) {}

    @Test
    void shouldDoWhatItSays() throws Exception {
        String guide = Files.readString(GUIDE);
        List<String> commands =
                COMMAND.matcher(guide).results().map(MatchResult::group).toList();
        assertThat(commands).hasSizeGreaterThan(20).allMatch(it -> it.contains(SOCKET));
        rig.dataPath.flows.add(ControlRig.flow(40_000, 1));
        List<String> refused = new ArrayList<>();
        for (String command : commands) {
            Told told = run(command.replace(SOCKET, rig.socket.toString()));
            assertThat(told.status()).as(command).isIn(200, 201, 412);
            if (told.status() == 412) {
                refused.add(told.body());
            }
        }
        assertThat(refused).singleElement().satisfies(body -> assertThat(guide).contains("\n\n" + body.indent(4)));
        assertThat(rig.dataPath.flows).as("those that were flushed").isEmpty();
        assertThat(ControlRig.json(rig.http.get("/v1/history")).findValuesAsText("command"))
                .startsWith("apply configuration --confirm-within 1m", "service remove web", "service set web");
    }

    private Told run(String command) throws Exception {
        Path body = directory.resolve("body");
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        command.replaceFirst("curl ", "curl -sS --max-time 30 -w '%{stderr}%{http_code}' "))
                .directory(directory.toFile())
                .redirectOutput(body.toFile())
                .start();
        String status = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, status).isZero();
        return new Told(Integer.parseInt(status), Files.readString(body));
    }
}
