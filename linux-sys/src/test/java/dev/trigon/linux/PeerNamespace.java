package dev.trigon.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A second network namespace, for the far end of a test's wire: a thread that lives in it and does what it is given. */
public final class PeerNamespace implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final String id;

    public PeerNamespace() {
        id = call(() -> {
            NetworkNamespace.leave();
            return threadId();
        });
    }

    private static String threadId() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString();
    }

    /** As ip(8) takes it: {@code ip link set v1 netns ID}. */
    public String id() {
        return id;
    }

    public void sh(String command) {
        call(() -> {
            NetworkNamespace.sh(command);
            return true;
        });
    }

    /** Sockets that are made in there are the peer's, whoever uses them afterwards. */
    public <T> T call(Callable<T> what) {
        try {
            return thread.submit(what).get();
        } catch (ExecutionException e) {
            throw new AssertionError("in the peer's namespace", e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError("in the peer's namespace", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
