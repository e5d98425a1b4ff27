package dev.trigon.dataplane.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Keeps the services in a file, which at any moment is the old list or the new one, whole. */
final class ServicesStore {
    static final String FILE = "services.json";

    private final Path directory;
    private final Path file;

    ServicesStore(Path directory) {
        this.directory = directory;
        this.file = directory.resolve(FILE);
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
        AtomicFile.write(directory, FILE, Json.octets(SavedServices.of(state)));
    }

    Path directory() {
        return directory;
    }

    Path file() {
        return file;
    }
}
