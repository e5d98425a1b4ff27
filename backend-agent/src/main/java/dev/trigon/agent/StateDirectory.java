package dev.trigon.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Where the journal is kept. It is only ever replaced as a whole, and is on disk before {@link #write} returns: whoever reads
 * it, after whatever crash, finds one that is complete.
 */
final class StateDirectory {
    private static final String JOURNAL = "vip-agent.properties";
    private static final String NEXT = "vip-agent.properties.new";
    private static final String LOCK = "vip-agent.lock";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;

    StateDirectory(Path directory) {
        this.directory = directory;
    }

    Path journal() {
        return directory.resolve(JOURNAL);
    }

    /** The file by whose lock agents know of one another. */
    Path lock() {
        return directory.resolve(LOCK);
    }

    void create() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    Optional<Journal> read() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(journal())) {
            properties.load(reader);
            return Optional.of(JournalFormat.read(properties));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unusable(e);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    journal().toString(),
                    "not a state file of this agent: " + e.getMessage(),
                    "put back by hand what it names as `before`, then remove it",
                    e);
        }
    }

    void write(Journal journal) {
        Path next = directory.resolve(NEXT);
        try {
            Files.deleteIfExists(next);
            try (FileChannel channel = FileChannel.open(
                            next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
                    OutputStream out = Channels.newOutputStream(channel)) {
                JournalFormat.write(journal)
                        .store(
                                new OutputStreamWriter(out, StandardCharsets.UTF_8),
                                "vip-agent: what was there before it came; `vip-agent down` puts it back");
                channel.force(true);
            }
            Files.move(next, journal(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(journal());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private Refusal unusable(IOException cause) {
        return new Refusal(
                "state directory " + directory,
                cause.getClass().getSimpleName() + " " + cause.getMessage(),
                "make it writable for root, or name another with --state",
                cause);
    }
}
