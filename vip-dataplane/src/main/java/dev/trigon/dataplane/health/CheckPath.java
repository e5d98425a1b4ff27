package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.NetworkChannel;

/**
 * How a check reaches one backend. Called by the one thread of the {@link HealthMonitor}, which must not be kept waiting. What it
 * throws says what the gateway lacks: it counts neither for nor against the backend, and its message is what an operator reads.
 */
public interface CheckPath {
    /** Where a check connects to, or sends to: the VIP, or the backend's own address. */
    InetAddress target(Probed backend);

    /**
     * Binds a channel so that what it sends to {@link #target} is delivered to this backend alone, and what comes back to it:
     * before it connects or sends, after it was made non-blocking. It is of the target's family.
     */
    Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) throws IOException;

    /**
     * Sends one echo request to the target.
     *
     * @param replied run by any thread, once at most, when the reply to this very request has come; not after the release
     */
    Lease echo(Probed backend, Runnable replied) throws IOException;

    /** What a path holds for one attempt: a port, an identifier. */
    interface Lease {
        Lease NOTHING = () -> {};

        /**
         * The attempt is over, its channel closed. What was sent last, as a rule the RST that closes a connection, may be on its
         * way still: it is to arrive too.
         */
        void release();
    }
}
