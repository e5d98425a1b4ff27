package dev.trigon.dataplane.health;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How a dialogue goes over a connection: as it is, or under TLS. */
interface Wire {
    /** Sends and receives what can be now; null: no outcome yet. */
    @Nullable
    Outcome advance() throws IOException;

    /** Whether there is something that the connection would not take yet. */
    boolean wantsToWrite();
}
