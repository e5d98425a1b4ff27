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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether what vipd keeps in its state directory will be there for the next one: whether the directory can be written, and
 * whether the flows' files are still the ones that are open. It forwards all the same when they are not; somebody must know.
 * One thread checks, any may ask.
 *
 * <p>A disk that hangs holds whoever writes to it, for minutes and beyond any signal. So each look is a thread's of its own,
 * which nobody waits for longer than a moment: who checks has other things to see to, and to stop when vipd does.
 */
final class StateHealth {
    /** Written and removed again: whether a disk takes anything shows in no other way. */
    static final String PROBE = "probe";

    /** How long a look may take before that itself is a fault. */
    static final long LONGEST_LOOK_MS = 5_000;

    /** A disk that is well has answered by then, and what was found is said at once. */
    private static final long WAIT_MS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(StateHealth.class);

    /** What shows whether a directory can be written; may hang. */
    @FunctionalInterface
    interface Probe {
        void write(Path file) throws IOException;
    }

    private final Path directory;
    private final List<FlowTable> tables;
    private final Probe probe;
    private final LongSupplier clockMs;
    /** Only for the thread that checks: the look that has not ended. */
    private @Nullable FutureTask<Set<String>> look;

    private long lookBeganMs;
    /** Never changed, but replaced by the thread that checks. */
    private volatile Set<String> troubles = Set.of();

    StateHealth(Path directory, FlowTable... tables) {
        this(directory, List.of(tables), StateHealth::writeAndRemove, new MonotonicClock());
    }

    StateHealth(Path directory, List<FlowTable> tables, Probe probe, LongSupplier clockMs) {
        this.directory = directory;
        this.tables = tables;
        this.probe = probe;
        this.clockMs = clockMs;
    }

    boolean isWell() {
        return troubles.isEmpty();
    }

    /** What is wrong, with what to do, in one line; empty: nothing. */
    String trouble() {
        return String.join(" | ", troubles);
    }

    /**
     * Has it looked at, or goes on waiting for a look that hangs, and tells the log of what has begun and what has ended.
     * Takes half a second at most.
     */
    void check() {
        FutureTask<Set<String>> running = look == null ? begin() : look;
        Set<String> found = resultOf(running);
        look = found == null ? running : null;
        boolean slow = clockMs.getAsLong() - lookBeganMs >= LONGEST_LOOK_MS;
        if (found == null && !slow) {
            return;
        }
        // of what a look that hangs would have found nothing is known: what was wrong is taken to be so still
        Set<String> now = new LinkedHashSet<>(found == null ? troubles : found);
        if (slow) {
            now.add(hanging());
        }
        tell(troubles, now);
        troubles = now;
    }

    private FutureTask<Set<String>> begin() {
        FutureTask<Set<String>> begun = new FutureTask<>(this::findings);
        lookBeganMs = clockMs.getAsLong();
        Thread thread = new Thread(begun, "state-health");
        thread.setDaemon(true);
        thread.start();
        return begun;
    }

    private static void tell(Set<String> before, Set<String> now) {
        now.stream().filter(trouble -> !before.contains(trouble)).forEach(trouble -> LOG.error("{}", trouble));
        before.stream()
                .filter(trouble -> !now.contains(trouble))
                .forEach(trouble -> LOG.info("no longer: {}", trouble));
    }

    /** What a look found; null: it goes on. */
    private static @Nullable Set<String> resultOf(FutureTask<Set<String>> running) {
        try {
            return running.get(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            return Set.of("state: it cannot be looked at: " + e.getCause() + "; it is tried again");
        }
    }

    private String hanging() {
        return "state " + directory + ": its disk hangs: a probe took longer than " + LONGEST_LOOK_MS / 1_000
                + " s; see to the disk: until then a change of services waits for it";
    }

    private Set<String> findings() {
        Set<String> found = new LinkedHashSet<>();
        addIfAny(found, unwritable());
        for (FlowTable table : tables) {
            addIfAny(found, lostFile(table));
        }
        return found;
    }

    private static void addIfAny(Set<String> troubles, @Nullable String trouble) {
        if (trouble != null) {
            troubles.add(trouble);
        }
    }

    private @Nullable String unwritable() {
        try {
            probe.write(directory.resolve(PROBE));
            return null;
        } catch (IOException e) {
            return "state " + directory + ": it cannot be written: " + reason(e)
                    + "; make it writable, with room: until then no change of services is saved";
        }
    }

    private static void writeAndRemove(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}));
            channel.force(true);
        } finally {
            Files.deleteIfExists(file);
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
