package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import org.jspecify.annotations.Nullable;

/** A dialogue under TLS. Between two looks at a connection it keeps what is there of a record that is not whole yet. */
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final EventLoop loop;
    private final SocketChannel channel;
    private final Dialogue dialogue;
    private final SSLEngine engine;
    private final ByteBuffer request;
    private ByteBuffer unread = NOTHING;
    private ByteBuffer unsent = NOTHING;

    TlsWire(EventLoop loop, SocketChannel channel, Dialogue dialogue, SSLEngine engine) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.dialogue = dialogue;
        this.engine = engine;
        this.request = dialogue.request();
        engine.beginHandshake();
    }

    @Override
    public @Nullable Outcome advance() throws IOException {
        ByteBuffer octets = loop.received().put(unread);
        boolean ended = channel.read(octets) < 0;
        octets.flip();
        Outcome outcome = use(octets);
        unread = copy(octets);
        return outcome == null && ended ? dialogue.ended() : outcome;
    }

    @Override
    public boolean wantsToWrite() {
        return unsent.hasRemaining();
    }

    /** Until it would have to wait: for room to send in, or for more of a record. */
    private @Nullable Outcome use(ByteBuffer octets) throws IOException {
        while (isSent()) {
            SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
            if (status == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                runTasks();
            } else if (status == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                seal(NOTHING);
            } else if (status == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING && request.hasRemaining()) {
                seal(request);
            } else {
                ByteBuffer plain = loop.plain();
                SSLEngineResult.Status result = engine.unwrap(octets, plain).getStatus();
                Outcome outcome = dialogue.received(plain.flip());
                if (outcome != null || result == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    return outcome;
                }
                if (result == SSLEngineResult.Status.CLOSED) {
                    return dialogue.ended();
                }
            }
        }
        return null;
    }

    /** On the loop's own thread: what they take, a few milliseconds, is the processor's and would be anywhere. */
    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void seal(ByteBuffer octets) throws IOException {
        ByteBuffer outgoing = loop.outgoing();
        engine.wrap(octets, outgoing);
        outgoing.flip();
        channel.write(outgoing);
        unsent = copy(outgoing);
    }

    private boolean isSent() throws IOException {
        if (unsent.hasRemaining()) {
            channel.write(unsent);
        }
        return !unsent.hasRemaining();
    }

    private static ByteBuffer copy(ByteBuffer rest) {
        return rest.hasRemaining()
                ? ByteBuffer.allocate(rest.remaining()).put(rest).flip()
                : NOTHING;
    }
}
