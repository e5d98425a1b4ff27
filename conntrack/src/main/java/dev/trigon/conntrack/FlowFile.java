package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellFileHeader;
import dev.trigon.conntrack.store.CellMap;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A flow table's files in the state directory, here by the name of the table of flows.
 *
 * <ul>
 *   <li>{@code flows.dat}: the flows. It gets its name when it is complete, so it is never half made.
 *   <li>{@code flows.clean}: there only while nobody uses flows.dat and its last user closed it. It holds the length of that file
 *       and the id of the boot it was closed in: what a machine wrote before it went down may not have reached the disk.
 *   <li>{@code flows.lock}: locked by the user of flows.dat.
 * </ul>
 */
final class FlowFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowFile.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path data;
    private final Path unfinished;
    private final Path cleanMark;
    private final FileChannel lock;
    private FlowTable.Origin origin = FlowTable.Origin.CREATED;
    private @Nullable Path setAside;

    private FlowFile(Path directory, String name, FileChannel lock) {
        data = directory.resolve(name + ".dat");
        unfinished = directory.resolve(name + ".dat.new");
        cleanMark = directory.resolve(name + ".clean");
        this.lock = lock;
    }

    /** Takes hold of the directory's flow files, or refuses because another has. */
    static FlowFile claim(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock = FileChannel.open(
                directory.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(lock)) {
            lock.close();
            throw new IOException("flow table in " + directory
                    + ": in use by another process; stop it first, or name another state directory");
        }
        return new FlowFile(directory, name, lock);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    FlowTable.Origin origin() {
        return origin;
    }

    /** Where a file went that could not be used. */
    @Nullable
    Path setAside() {
        return setAside;
    }

    /** The flows, and how many of them each backend has. */
    Flows open(long maxFlows, long nowMs) throws IOException {
        boolean clean = Files.exists(cleanMark) && Files.readString(cleanMark).equals(mark());
        Files.deleteIfExists(cleanMark);
        Files.deleteIfExists(unfinished);
        Flows flows = Files.exists(data) ? openPresent(clean, maxFlows, nowMs) : null;
        if (flows == null) {
            return create(maxFlows);
        }
        return flows.map().hasRoomFor(maxFlows) ? flows : enlarge(flows.map(), maxFlows);
    }

    private @Nullable Flows openPresent(boolean clean, long maxFlows, long nowMs) throws IOException {
        String strangeness = CellFileHeader.strangeness(data);
        if (strangeness != null) {
            setAside(strangeness, nowMs);
            return null;
        }
        boolean wasReady = !CellFileHeader.makeReady(data);
        if (clean && wasReady) {
            try {
                origin = FlowTable.Origin.CLEAN;
                return Flows.of(CellMap.open(data.toFile(), maxFlows));
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: closed in order, yet cannot be used ({}); recovering it", data, e.getMessage());
            }
        }
        try {
            origin = FlowTable.Origin.RECOVERED;
            return Flows.of(CellMap.recover(data.toFile(), maxFlows));
        } catch (RuntimeException e) {
            LOG.warn("{}: cannot be recovered ({})", data, e.getMessage());
            setAside("unreadable", nowMs);
            return null;
        }
    }

    private void setAside(String reason, long nowMs) throws IOException {
        Path aside = data.resolveSibling(data.getFileName() + "." + reason + "-" + nowMs / 1000);
        Files.move(data, aside, StandardCopyOption.REPLACE_EXISTING);
        setAside = aside;
        LOG.warn("{}: {}, set aside as {}; starting with no flows", data, reason, aside.getFileName());
    }

    private Flows create(long maxFlows) throws IOException {
        origin = FlowTable.Origin.CREATED;
        openUnfinished(maxFlows).close();
        return adoptUnfinished(maxFlows);
    }

    /** Chronicle Map keeps the size a file was made for, so a larger table is another file. */
    private Flows enlarge(CellMap small, long maxFlows) throws IOException {
        try (small;
                CellMap large = openUnfinished(maxFlows)) {
            Cell cell = new Cell();
            for (int segment = 0; segment < small.segments(); segment++) {
                small.forEach(segment, large::put, cell);
            }
        }
        return adoptUnfinished(maxFlows);
    }

    /** All of the file's blocks are taken here, so that a full disk is met now and not by a packet. */
    private CellMap openUnfinished(long maxFlows) throws IOException {
        try {
            return CellMap.open(unfinished.toFile(), maxFlows);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw new IOException(
                    "flow table in " + data.getParent() + ": cannot be made for " + maxFlows + " flows: "
                            + e.getMessage() + "; free some space there, or lower flows.max",
                    e);
        }
    }

    private Flows adoptUnfinished(long maxFlows) throws IOException {
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        return Flows.of(CellMap.open(data.toFile(), maxFlows));
    }

    /** To be called when flows.dat is closed: the next user then need not recover it. */
    void markClean() throws IOException {
        Files.writeString(cleanMark, mark());
    }

    /** What flows.clean says of flows.dat as it is now; never the same twice where the boot has no id, to be trusted by nobody. */
    private String mark() throws IOException {
        String boot = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID) : "unknown at " + System.nanoTime() + "\n";
        long length = Files.exists(data) ? Files.size(data) : 0;
        return "boot " + boot + "length " + length + "\n";
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
