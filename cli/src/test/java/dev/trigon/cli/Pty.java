package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The distribution's vipctl on a terminal of 60 columns, which script(1) makes. */
final class Pty {
    static final Path VIPCTL =
            Path.of("target", "trigon-gateway", "bin", "vipctl").toAbsolutePath();

    private final Path socket;

    /** @param text all that was seen on the terminal, what was typed and how the terminal was left included */
    record Run(int exitCode, String text) {}

    private static final String LIMIT_SECONDS = "60";

    /** What somebody does who sits there. */
    interface Hand {
        void act(OutputStream keys) throws Exception;
    }

    Pty(Path socket) {
        this.socket = socket;
    }

    static Hand types(String keys) {
        return out -> out.write(keys.getBytes(StandardCharsets.UTF_8));
    }

    Run run(Map<String, String> environment, String commandLine) throws Exception {
        return run(environment, commandLine, "", types(""));
    }

    /** @param awaited what must be seen before the hand acts */
    Run run(Map<String, String> environment, String commandLine, String awaited, Hand hand) throws Exception {
        Process process = start(environment, commandLine);
        StringBuilder text = new StringBuilder();
        InputStream seen = process.getInputStream();
        for (int octet = 0; octet >= 0 && text.indexOf(awaited) < 0; ) {
            octet = seen.read();
            text.append(octet < 0 ? "" : (char) octet);
        }
        hand.act(process.getOutputStream());
        process.getOutputStream().flush();
        text.append(new String(seen.readAllBytes(), StandardCharsets.UTF_8));
        return new Run(process.waitFor(), text.toString().replace("\r\n", "\n"));
    }

    private Process start(Map<String, String> environment, String commandLine) throws IOException {
        String inShell = "stty cols 60 rows 20; "
                + commandLine.replace("vipctl ", VIPCTL + " --socket " + socket + " ")
                + "; status=$?; stty -a; exit $status";
        // whoever was started in the background ignores Ctrl-C, and so would all that it starts
        List<String> command = List.of(
                "timeout",
                "-k",
                "5",
                LIMIT_SECONDS,
                "env",
                "--default-signal=INT",
                "script",
                "-qec",
                inShell,
                "/dev/null");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("COLUMNS");
        builder.environment().remove("NO_COLOR");
        builder.environment().put("TERM", "xterm");
        // script(1) asks this one; dash, where there is none, would end with the Ctrl-C that vipctl is to see
        builder.environment().put("SHELL", "/bin/bash");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
