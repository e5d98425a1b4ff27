package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellFileHeader;
import dev.trigon.conntrack.store.CellMap;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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
    private final String setting;
    private final FileChannel lock;
    private FlowTable.Origin origin = FlowTable.Origin.CREATED;
    private @Nullable Path setAside;
    /** Device and inode of the file that is open. */
    private @Nullable Object identity;

    private FlowFile(Path directory, String name, String setting, FileChannel lock) {
        data = directory.resolve(name + ".dat");
        unfinished = directory.resolve(name + ".dat.new");
        cleanMark = directory.resolve(name + ".clean");
        this.setting = setting;
        this.lock = lock;
    }

    /**
     * Takes hold of a table's files, or refuses because another has.
     *
     * @param setting what an operator lowers where there is no room for them
     */
    static FlowFile claim(Path directory, String name, String setting) throws FlowFileException {
        String what = "flow table in " + directory;
        try {
            Files.createDirectories(directory);
            FileChannel lock = FileChannel.open(
                    directory.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(lock)) {
                return new FlowFile(directory, name, setting, lock);
            }
            lock.close();
        } catch (IOException e) {
            String remedy = "see that it is a directory on a disk with room, and writable, or name another one";
            throw new FlowFileException(what, reason(e), remedy, e);
        }
        throw new FlowFileException(
                what, "in use by another process", "stop it first, or name another state directory", null);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    /** In the kernel's words, where there are any: an exception of a file's often says its name alone. */
    private static String reason(IOException e) {
        String words = e instanceof FileSystemException about ? about.getReason() : e.getMessage();
        return words != null ? words : e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
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
    Flows open(long maxFlows, long nowMs) throws FlowFileException {
        try {
            boolean clean =
                    Files.exists(cleanMark) && Files.readString(cleanMark).equals(mark());
            Files.deleteIfExists(cleanMark);
            Files.deleteIfExists(unfinished);
            Flows flows = Files.exists(data) ? openPresent(clean, maxFlows, nowMs) : null;
            if (flows == null) {
                flows = create(maxFlows);
            } else if (!flows.map().hasRoomFor(maxFlows)) {
                flows = enlarge(flows.map(), maxFlows);
            }
            identity = identityOf(data);
            return flows;
        } catch (FlowFileException e) {
            throw e;
        } catch (IOException e) {
            throw new FlowFileException(
                    "flow table " + data, reason(e), "see that the directory can be written and has room", e);
        }
    }

    private @Nullable Flows openPresent(boolean clean, long maxFlows, long nowMs) throws IOException {
        String strangeness = CellFileHeader.strangeness(data);
        if (strangeness != null) {
            setAside(strangeness, nowMs);
            return null;
        }
        boolean wasReady = !CellFileHeader.makeReady(data);
        try {
            return clean && wasReady ? openClean(maxFlows) : recover(maxFlows);
        } catch (Flows.NewerFormException e) {
            setAside("newer", nowMs);
            return null;
        } catch (RuntimeException e) {
            LOG.warn("{}: cannot be recovered ({})", data, e.getMessage());
            setAside("unreadable", nowMs);
            return null;
        }
    }

    private Flows openClean(long maxFlows) throws IOException {
        try {
            origin = FlowTable.Origin.CLEAN;
            return Flows.of(CellMap.open(data.toFile(), maxFlows));
        } catch (Flows.NewerFormException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: closed in order, yet cannot be used ({}); recovering it", data, e.getMessage());
            return recover(maxFlows);
        }
    }

    private Flows recover(long maxFlows) throws IOException {
        origin = FlowTable.Origin.RECOVERED;
        return Flows.of(CellMap.recover(data.toFile(), maxFlows));
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
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        return Flows.none(CellMap.open(data.toFile(), maxFlows));
    }

    /** Chronicle Map keeps the size a file was made for, so a larger table is another file. */
    private Flows enlarge(CellMap small, long maxFlows) throws IOException {
        try (small) {
            copyToUnfinished(small, maxFlows);
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        return Flows.of(CellMap.open(data.toFile(), maxFlows));
    }

    private void copyToUnfinished(CellMap from, long maxFlows) throws IOException {
        try (CellMap copy = openUnfinished(maxFlows)) {
            Cell cell = new Cell();
            for (int segment = 0; segment < from.segments(); segment++) {
                from.forEach(segment, copy::put, cell);
            }
        }
    }

    /** All of the file's blocks are taken here, so that a full disk is met now and not by a packet. */
    private CellMap openUnfinished(long maxFlows) throws IOException {
        try {
            return CellMap.open(unfinished.toFile(), maxFlows);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw new FlowFileException(
                    "flow table in " + data.getParent(),
                    "no room for " + data.getFileName() + " of " + maxFlows + " entries: " + reason(e),
                    "free some space there, or lower " + setting,
                    e);
        }
    }

    private static @Nullable Object identityOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** The file's path, where the file that is open is not there any more: deleted, moved or replaced; null if it is. */
    @Nullable
    Path lost() throws IOException {
        return identity != null && identity.equals(identityOf(data)) ? null : data;
    }

    /**
     * Writes flows whose file was taken away into a new one, so that the next user finds them. What has come in its place
     * is set aside.
     */
    void replaceLost(CellMap map, long nowMs) throws IOException {
        Files.createDirectories(data.toAbsolutePath().getParent());
        Files.deleteIfExists(unfinished);
        copyToUnfinished(map, map.maxCells());
        if (Files.exists(data)) {
            setAside("stray", nowMs);
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        LOG.warn("{}: it was deleted or replaced while in use; its {} flows are in a new file", data, map.size());
    }

    /** To be called when flows.dat is closed: the next user then need not recover it. */
    void markClean() throws IOException {
        Files.writeString(cleanMark, mark());
    }

    /** To be called when flows.dat is closed and had nothing in it. */
    void remove() throws IOException {
        Files.deleteIfExists(data);
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
