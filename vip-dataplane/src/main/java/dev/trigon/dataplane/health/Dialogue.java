package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A request and its answer. It keeps of the answer what it needs for its judgement, a bounded amount. */
interface Dialogue {
    ByteBuffer request();

    /** Takes more of the answer; null: no outcome yet. What it throws says what is wrong with the answer. */
    @Nullable
    Outcome received(ByteBuffer octets) throws IOException;

    /** The server has closed the connection. */
    Outcome ended();

    Outcome timedOut();
}
