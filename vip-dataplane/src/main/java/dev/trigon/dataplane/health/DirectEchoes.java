package dev.trigon.dataplane.health;

import dev.trigon.dataplane.health.CheckPath.Lease;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Wakeup;
import java.io.IOException;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pings as the gateway itself makes them. One thread asks; a thread of its own hands the replies over. */
final class DirectEchoes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectEchoes.class);

    private static final int ENETUNREACH = 101;
    private static final int EHOSTUNREACH = 113;
    private static final int SECOND_MS = 1_000;

    private final Echoes echoes = new Echoes();
    private final EchoSockets sockets = EchoSockets.open(echoes::take);
    private final Wakeup wakeup = new Wakeup(sockets.andFd());
    private final Thread thread = new Thread(this::run, "echo-replies");
    private volatile boolean closed;

    static DirectEchoes open() {
        DirectEchoes opened = new DirectEchoes();
        opened.thread.setDaemon(true);
        opened.thread.start();
        return opened;
    }

    /** @param replied run by another thread, once at most, and not after the lease has ended */
    Lease ask(InetAddress address, Runnable replied) throws IOException {
        Echoes.Numbered request = echoes.expect(address, replied);
        try {
            sockets.send(address, request.number());
        } catch (LinuxException e) {
            // where there is no way to it, it is as with any silence
            if (e.errno() != ENETUNREACH && e.errno() != EHOSTUNREACH) {
                request.lease().release();
                throw new IOException(e.getMessage(), e);
            }
        }
        return request.lease();
    }

    private void run() {
        while (!closed) {
            wakeup.await(SECOND_MS);
            if (!closed) {
                drain();
            }
        }
    }

    /** What the kernel has against one reply is not the others'. */
    private void drain() {
        try {
            sockets.drain();
        } catch (LinuxException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    /** Afterwards nobody is told anything. */
    @Override
    public void close() {
        closed = true;
        wakeup.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        wakeup.close();
        sockets.close();
    }
}
