package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether what vipd keeps in its state directory will be there for the next one: whether the directory can be written, and
 * whether the flows' files are still the ones that are open. It forwards all the same when they are not; somebody must know.
 * One thread checks, any may ask.
 */
final class StateHealth {
    /** Written and removed again: whether a disk takes anything shows in no other way. */
    static final String PROBE = "probe";

    private static final Logger LOG = LoggerFactory.getLogger(StateHealth.class);

    private final Path directory;
    private final List<FlowTable> tables;
    /** Never changed, but replaced by the thread that checks. */
    private volatile Set<String> troubles = Set.of();

    StateHealth(Path directory, FlowTable... tables) {
        this.directory = directory;
        this.tables = List.of(tables);
    }

    boolean isWell() {
        return troubles.isEmpty();
    }

    /** What is wrong, with what to do, in one line; empty: nothing. */
    String trouble() {
        return String.join(" | ", troubles);
    }

    /** Looks, and tells the log of what has begun and what has ended. */
    void check() {
        Set<String> before = troubles;
        Set<String> now = new LinkedHashSet<>();
        addIfAny(now, unwritable());
        for (FlowTable table : tables) {
            addIfAny(now, lostFile(table));
        }
        now.stream().filter(trouble -> !before.contains(trouble)).forEach(trouble -> LOG.error("{}", trouble));
        before.stream()
                .filter(trouble -> !now.contains(trouble))
                .forEach(trouble -> LOG.info("no longer: {}", trouble));
        troubles = now;
    }

    private static void addIfAny(Set<String> troubles, @Nullable String trouble) {
        if (trouble != null) {
            troubles.add(trouble);
        }
    }

    private @Nullable String unwritable() {
        Path probe = directory.resolve(PROBE);
        try {
            try (FileChannel channel = FileChannel.open(
                    probe, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {1}));
                channel.force(true);
            } finally {
                Files.deleteIfExists(probe);
            }
            return null;
        } catch (IOException e) {
            return "state " + directory + ": it cannot be written: " + reason(e)
                    + "; make it writable, with room: until then no change of services is saved";
        }
    }

    private static @Nullable String lostFile(FlowTable table) {
        try {
            Path lost = table.lostFile();
            return lost == null
                    ? null
                    : "flow table " + lost
                            + ": it was deleted or replaced while in use; let vipd stop in order, which writes"
                            + " it anew: a kill loses its flows";
        } catch (IOException e) {
            return "flow table: it cannot be looked at: " + reason(e) + "; see that its directory is there";
        }
    }

    /** In the kernel's words, where there are any: an exception of a file's often says its name alone. */
    private static String reason(IOException e) {
        String words = e instanceof FileSystemException about ? about.getReason() : e.getMessage();
        return words != null ? words : e.getClass().getSimpleName().replace("Exception", "");
    }
}
