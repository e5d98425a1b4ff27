package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The services file that a command is about. */
final class ServicesFile {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "The services file; - reads standard input.")
    private String file = "";

    /** As messages call it. */
    String name() {
        return file.equals("-") ? "stdin" : String.valueOf(Path.of(file).getFileName());
    }

    /** What tells vipd that name. */
    String query() {
        return "?" + ControlApi.SOURCE_PARAMETER + "=" + Session.escaped(name());
    }

    byte[] read() {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            boolean isTooLarge = !file.equals("-") && Files.size(Path.of(file)) > ControlApi.MAX_REQUEST_OCTETS;
            byte[] octets = in.readNBytes(isTooLarge ? 0 : ControlApi.MAX_REQUEST_OCTETS + 1);
            if (isTooLarge || octets.length > ControlApi.MAX_REQUEST_OCTETS) {
                throw new Refused(file + ": " + ControlApi.TOO_LARGE + "; check that it is a services file");
            }
            return octets;
        } catch (NoSuchFileException e) {
            throw new Refused(file + ": there is no such file; check its path");
        } catch (IOException e) {
            throw new Refused(file + ": it cannot be read (" + e.getMessage() + "); check its path and permissions");
        }
    }
}
