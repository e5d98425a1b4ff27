package dev.trigon.dataplane.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Keeps the services in a file, so that at any moment the file is the old list or the new one, whole: written beside it,
 * forced to the disk, renamed over it, and the rename forced to the disk too.
 */
final class ServicesStore {
    static final String FILE = "services.json";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final Path file;
    private final Path beside;

    ServicesStore(Path directory) {
        this.directory = directory;
        this.file = directory.resolve(FILE);
        this.beside = directory.resolve(FILE + ".new");
    }

    /** What was saved last; nothing, where nothing ever was. */
    ServicesState load() throws Refusal {
        try {
            return Json.read(Files.readAllBytes(file), new TypeReference<SavedServices>() {})
                    .state(FILE);
        } catch (NoSuchFileException e) {
            return ServicesState.EMPTY;
        } catch (JsonProcessingException e) {
            throw unreadable(
                    String.valueOf(e.getOriginalMessage().lines().findFirst().orElse("no JSON")));
        } catch (IOException | Refusal e) {
            throw unreadable(String.valueOf(e.getMessage()));
        }
    }

    private Refusal unreadable(String why) {
        return new Refusal(
                file.toString(),
                "the saved services cannot be read (" + why + ")",
                "put a good copy there, or move all of " + directory
                        + " aside to start with none (flows are kept by this file's numbers, so not the file alone)");
    }

    void save(ServicesState state) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(Json.octets(SavedServices.of(state)));
        Files.deleteIfExists(beside);
        try (FileChannel out =
                FileChannel.open(beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }

    Path file() {
        return file;
    }
}
