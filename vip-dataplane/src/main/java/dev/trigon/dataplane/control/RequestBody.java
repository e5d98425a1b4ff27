package dev.trigon.dataplane.control;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Collects a request's body, up to a bound, without a thread of its own: clients that are slow to send, or stop, hold up
 * nobody but themselves.
 */
final class RequestBody implements Runnable {
    private final Request request;
    private final int maxOctets;
    private final Consumer<byte[]> whole;
    private final Runnable tooLarge;
    private final Consumer<Throwable> failed;
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

    /** One of the three is called, once, by {@link #run()} or by a later call of it from Jetty. */
    RequestBody(Request request, int maxOctets, Consumer<byte[]> whole, Runnable tooLarge, Consumer<Throwable> failed) {
        this.request = request;
        this.maxOctets = maxOctets;
        this.whole = whole;
        this.tooLarge = tooLarge;
        this.failed = failed;
    }

    /** Takes what has arrived, and asks to be run again when more has. */
    @Override
    public void run() {
        if (request.getLength() > maxOctets) {
            tooLarge.run();
            return;
        }
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                failed.accept(chunk.getFailure());
                return;
            }
            take(chunk);
            if (octets.size() > maxOctets) {
                tooLarge.run();
                return;
            }
            if (chunk.isLast()) {
                whole.accept(octets.toByteArray());
                return;
            }
        }
    }

    private void take(Content.Chunk chunk) {
        byte[] some = new byte[chunk.remaining()];
        chunk.get(some, 0, some.length);
        chunk.release();
        octets.write(some, 0, some.length);
    }
}
