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

    @Test
    void shouldDoWhatItSays() throws Exception {
        List<String> commands = COMMAND.matcher(Files.readString(GUIDE))
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(commands).hasSizeGreaterThan(20).allMatch(it -> it.contains(SOCKET));
        rig.dataPath.flows.add(ControlRig.flow(40_000, 1));
        List<String> refused = new ArrayList<>();
        for (String command : commands) {
            int status = run(command.replace(SOCKET, rig.socket.toString()));
            assertThat(status).as(command).isIn(200, 201, 412);
            if (status == 412) {
                refused.add(command);
            }
        }
        assertThat(refused).singleElement().asString().contains("If-Match", "1h");
        assertThat(rig.dataPath.flows).as("those that were flushed").isEmpty();
        assertThat(ControlRig.json(rig.http.get("/v1/history")).findValuesAsText("command"))
                .startsWith("apply configuration --confirm-within 1m", "service remove web", "service set web");
    }

    /** What HTTP status curl tells. It fails where an answer is not whole. */
    private int run(String command) throws Exception {
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        command.replaceFirst("curl ", "curl -sS --max-time 30 -w '%{stderr}%{http_code}' "))
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String status = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, status).isZero();
        return Integer.parseInt(status);
    }
}
