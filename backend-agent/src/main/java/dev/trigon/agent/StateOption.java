package dev.trigon.agent;

import dev.trigon.linux.libc.LibC;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What all commands share: whose state it is about. */
final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "/run/trigon",
            description = "Where to keep what was there before (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private Path directory;

    /** Refuses all but root: without it the kernel would refuse half-way. */
    StateDirectory open(String command) {
        if (LibC.geteuid() != 0) {
            throw new Refusal(command, "only root may change and read what it is about", "use sudo");
        }
        return new StateDirectory(directory.toAbsolutePath().normalize());
    }
}
