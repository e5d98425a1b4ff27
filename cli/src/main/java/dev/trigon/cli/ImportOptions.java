package dev.trigon.cli;

import dev.trigon.cli.imports.Import;
import dev.trigon.cli.imports.NotImported;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How all imports go: read, tell what got lost, print what was made. */
final class ImportOptions {
    static final String STDIN = "-";

    @Option(
            names = "--strict",
            description =
                    "Print no services file at all, and exit with 1, where anything is lost. Notes are no losses.")
    private boolean strict;

    /** Makes services of an input. */
    interface Maker {
        Import make(byte[] input, String name) throws NotImported;
    }

    int run(Session session, String file, Maker maker) {
        byte[] input = read(file);
        String name =
                file.equals(STDIN) ? "stdin" : String.valueOf(Path.of(file).getFileName());
        Import made = make(maker, input, name);
        made.remarks().forEach(session.err()::println);
        if (made.services() == 0) {
            throw new Refused(name + ": no service can be made of it; see the lines above");
        }
        if (strict && made.losses() > 0) {
            throw new Refused(name + ": not everything can be carried over as it is, see the lines above;"
                    + " leave out --strict to have the rest");
        }
        if (session.format() == OutputFormat.table) {
            session.format(OutputFormat.yaml);
        }
        session.printTree(made.file());
        return 0;
    }

    private static Import make(Maker maker, byte[] input, String name) {
        try {
            return maker.make(input, name);
        } catch (NotImported e) {
            throw new Refused(e.of(name));
        }
    }

    private static byte[] read(String file) {
        try (InputStream in = file.equals(STDIN) ? System.in : Files.newInputStream(Path.of(file))) {
            return in.readNBytes(Import.MAX_OCTETS + 1);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new Refused(file + ": there is no such file; check its path");
        } catch (IOException e) {
            throw new Refused(file + ": it cannot be read (" + e.getMessage() + "); check its path and permissions");
        }
    }
}
