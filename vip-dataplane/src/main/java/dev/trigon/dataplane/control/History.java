package dev.trigon.dataplane.control;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.trigon.dataplane.api.HistoryEntryView;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes that were made, the last hundred at most, each with the services that it made.
 *
 * <p>It follows services.json and never leads: a change is made once that file is saved, and written down here after it. So
 * what cannot be written here is a gap in the history, said in the log, and no reason to refuse or to undo anything. Each entry
 * is a file of its own, and one that cannot be read is set aside and costs that entry alone.
 */
final class History {
    static final String DIRECTORY = "history";
    static final int MOST_ENTRIES = 100;
    /** Of all files together; the newest stays, whatever it takes. */
    static final long MOST_OCTETS = 16 << 20;

    private static final String SUFFIX = ".json";
    private static final String ASIDE = ".broken";
    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    private final Path directory;
    private final NavigableMap<Long, Kept> entries = new TreeMap<>();
    private long octets;

    private record Kept(HistoryEntryView head, long octets) {}

    /** A file of it. */
    record Entry(long number, String time, String command, String summary, List<ServiceEntry> services) {
        Entry {
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(command, "command");
            Objects.requireNonNull(summary, "summary");
            services = List.copyOf(services);
        }

        static Entry of(long number, long wallMs, String command, String summary, List<ServiceEntry> services) {
            return new Entry(number, Instant.ofEpochSecond(wallMs / 1_000).toString(), command, summary, services);
        }

        HistoryEntryView head() {
            return new HistoryEntryView(number, time, command, summary);
        }
    }

    private History(Path directory) {
        this.directory = directory;
    }

    /** What there is of it; nothing, where it cannot be read. */
    static History open(Path stateDirectory) {
        History history = new History(stateDirectory.resolve(DIRECTORY));
        if (Files.exists(history.directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(history.directory, "*" + SUFFIX)) {
                files.forEach(history::take);
                history.prune();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the history in {} cannot be read ({})", history.directory, e.toString());
            }
        }
        return history;
    }

    private void take(Path file) {
        try {
            Entry entry = read(file);
            if (!file.getFileName().toString().equals(entry.number() + SUFFIX) || entry.number() < 1) {
                throw new IOException("its number is " + entry.number());
            }
            keep(entry, Files.size(file));
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} cannot be read and is set aside as …{} ({})", file, ASIDE, firstLine(e));
            try {
                Files.move(file, file.resolveSibling(file.getFileName() + ASIDE), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException again) {
                LOG.warn("{} cannot be set aside ({})", file, again.toString());
            }
        }
    }

    private static Entry read(Path file) throws IOException {
        if (Files.size(file) > MOST_OCTETS) {
            throw new IOException("it has " + Files.size(file) + " octets");
        }
        return Json.read(Files.readAllBytes(file), new TypeReference<Entry>() {});
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    }

    private void keep(Entry entry, long size) {
        Kept before = entries.put(entry.number(), new Kept(entry.head(), size));
        octets += size - (before == null ? 0 : before.octets());
    }

    synchronized void add(Entry entry) {
        byte[] file = Json.compact(entry);
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            AtomicFile.write(directory, entry.number() + SUFFIX, file);
            keep(entry, file.length);
            prune();
        } catch (IOException e) {
            LOG.warn("change {} is made, and the history cannot be written ({})", entry.number(), e.toString());
        }
    }

    private void prune() throws IOException {
        while (entries.size() > MOST_ENTRIES || (octets > MOST_OCTETS && entries.size() > 1)) {
            Files.deleteIfExists(directory.resolve(entries.firstKey() + SUFFIX));
            octets -= entries.pollFirstEntry().getValue().octets();
        }
    }

    /** The highest number there is; 0: none. */
    synchronized long last() {
        return entries.isEmpty() ? 0 : entries.lastKey();
    }

    /** The newest first. */
    synchronized List<HistoryEntryView> entries(int most) {
        List<HistoryEntryView> newest = new ArrayList<>();
        for (Kept kept : entries.descendingMap().values()) {
            if (newest.size() == most) {
                break;
            }
            newest.add(kept.head());
        }
        return newest;
    }

    /** The services that a change made. */
    synchronized List<ServiceEntry> services(long number) throws Refusal {
        String what = "entry " + number + " of the history";
        if (!entries.containsKey(number)) {
            throw new Refusal(
                    Refusal.Kind.NOT_FOUND, what, "there is none", "see `vipctl history` for those there are");
        }
        try {
            return read(directory.resolve(number + SUFFIX)).services();
        } catch (IOException | RuntimeException e) {
            throw new Refusal(
                    Refusal.Kind.NOT_FOUND,
                    what,
                    "its file cannot be read (" + firstLine(e) + ")",
                    "see `vipctl history` for others");
        }
    }
}
