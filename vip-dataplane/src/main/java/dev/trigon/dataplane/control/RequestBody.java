package dev.trigon.dataplane.control;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Collects a request's body, up to a bound, without a thread of its own: clients that are slow to send, or stop, hold up
 * nobody but themselves. Small ones are taken in any number; a large one needs a permit, so that those who send much at once
 * cannot fill the memory together.
 */
final class RequestBody implements Runnable {
    /** What more than this is needs a permit. */
    static final int SMALL_OCTETS = 64 * 1024;

    private final Request request;
    private final int maxOctets;
    private final Semaphore permits;
    private final Taker taker;
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private long length;
    private boolean permitted;
    private boolean refused;

    /** What becomes of it: one of these, once, by {@link #run()} or by a later call of it from Jetty. */
    interface Taker {
        /** To be done with a permit, if it is large. */
        Answer whole(byte[] body);

        /** To be sent without: who has the answer may send the next one. */
        void answered(Answer answer);

        void tooLarge();

        /** As many large ones are being taken already as there may be. */
        void tooMany();

        void failed(Throwable why);
    }

    RequestBody(Request request, int maxOctets, Semaphore permits, Taker taker) {
        this.request = request;
        this.maxOctets = maxOctets;
        this.permits = permits;
        this.taker = taker;
    }

    /** Takes what has arrived, and asks to be run again when more has. */
    @Override
    public void run() {
        if (isTooLarge(request.getLength())) {
            return;
        }
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(() -> taker.failed(chunk.getFailure()));
                return;
            }
            take(chunk);
            if (isTooLarge(length)) {
                return;
            }
            if (chunk.isLast()) {
                end(refused ? taker::tooMany : answering());
                return;
            }
        }
    }

    /** If so, that was the end of it. */
    private boolean isTooLarge(long octetsInAll) {
        if (octetsInAll > maxOctets) {
            end(taker::tooLarge);
            return true;
        }
        if (octetsInAll > SMALL_OCTETS && !permitted && !refused) {
            permitted = permits.tryAcquire();
            refused = !permitted;
        }
        return false;
    }

    private Runnable answering() {
        try {
            Answer answer = taker.whole(octets.toByteArray());
            return () -> taker.answered(answer);
        } catch (RuntimeException e) {
            return () -> taker.failed(e);
        } finally {
            release();
        }
    }

    private void end(Runnable how) {
        release();
        how.run();
    }

    private void release() {
        if (permitted) {
            permitted = false;
            permits.release();
        }
    }

    /** What is refused is still read, and not kept: who sends it takes no answer before its end. */
    private void take(Content.Chunk chunk) {
        length += chunk.remaining();
        if (!refused) {
            byte[] some = new byte[chunk.remaining()];
            chunk.get(some, 0, some.length);
            octets.write(some, 0, some.length);
        }
        chunk.release();
    }
}
