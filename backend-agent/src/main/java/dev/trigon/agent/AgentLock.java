package dev.trigon.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One agent a state directory: the lock is the kernel's and ends with the process, however that ends. The file holds the pid of
 * who has it, and stays: to remove it would let two agents lock two files of one name.
 */
final class AgentLock implements AutoCloseable {
    private static final long RETRY_MS = 20;
    private static final int PID_MAX_OCTETS = 20;

    private final FileChannel channel;

    private AgentLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Empty if another process still has it when the time is over. */
    static Optional<AgentLock> acquire(Path file, long timeoutMs) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        try {
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            while (channel.tryLock() == null) {
                if (System.nanoTime() - deadlineNs > 0) {
                    channel.close();
                    return Optional.empty();
                }
                Thread.sleep(RETRY_MS);
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    String.valueOf(ProcessHandle.current().pid())));
            return Optional.of(new AgentLock(channel));
        } catch (IOException e) {
            throw unusable(file, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The pid of the process that has the lock. */
    static Optional<Long> holder(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (isHeld(channel)) {
                ByteBuffer pid = ByteBuffer.allocate(PID_MAX_OCTETS);
                channel.read(pid, 0);
                if (pid.position() > 0) {
                    String text = StandardCharsets.US_ASCII.decode(pid.flip()).toString();
                    return Optional.of(Long.parseLong(text));
                }
                // between its lock and its pid, or at its end
                Thread.onSpinWait();
            }
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw unusable(file, e);
        }
    }

    private static boolean isHeld(FileChannel channel) throws IOException {
        FileLock free = channel.tryLock(0, Long.MAX_VALUE, true);
        if (free != null) {
            free.release();
        }
        return free == null;
    }

    private static Refusal unusable(Path file, Exception cause) {
        return new Refusal(
                "lock file " + file,
                cause.getClass().getSimpleName() + " " + cause.getMessage(),
                "make it writable for root, or name another directory with --state",
                cause);
    }

    @Override
    public void close() {
        try {
            channel.truncate(0);
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing the lock file", e);
        }
    }
}
