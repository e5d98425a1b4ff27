package dev.trigon.cli.imports;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A virtual server as LVS has it, whoever wrote it down.
 *
 * @param flags of the scheduler, such as sh-port
 * @param health what its servers are checked by, or null
 */
record VirtualServer(
        int line,
        Listener listener,
        String scheduler,
        Set<String> flags,
        @Nullable Persistence persistence,
        boolean onePacket,
        List<RealServer> servers,
        @Nullable Health health) {
    /** Where neither ipvsadm nor keepalived is told one. */
    static final String DEFAULT_SCHEDULER = "wlc";

    /** @param prefix by how many bits of their address clients are told apart; null: by all of them */
    record Persistence(int seconds, @Nullable Integer prefix) {
        static final int DEFAULT_SECONDS = 360;
        static final int MAX_SECONDS = 31 * 86_400;
    }

    VirtualServer {
        flags = Set.copyOf(flags);
        servers = List.copyOf(servers);
    }
}
