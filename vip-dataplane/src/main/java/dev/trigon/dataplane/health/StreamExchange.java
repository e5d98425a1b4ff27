package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.Protocol;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection, and what is said over it. It is closed by an RST, as other balancers close theirs: a FIN would leave an entry in
 * TIME_WAIT for a minute for each check, here or on the server.
 */
final class StreamExchange implements Exchange {
    /** What is said once the connection is there. */
    interface Talk {
        /** @return how it goes over this channel */
        Wire over(SocketChannel channel) throws IOException;

        /** Of a connection that was made. */
        Outcome timedOut();
    }

    private final EventLoop loop;
    private final Question question;
    private final @Nullable Talk talk;
    private @Nullable SocketChannel channel;
    private CheckPath.Lease lease = CheckPath.Lease.NOTHING;
    private @Nullable Wire wire;

    /** @param talk null: that it is accepted is enough */
    StreamExchange(EventLoop loop, Question question, @Nullable Talk talk) {
        this.loop = loop;
        this.question = question;
        this.talk = talk;
    }

    @Override
    public void begin(Attempt attempt) throws IOException {
        SocketChannel opened = SocketChannel.open(question.family());
        channel = opened;
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.SO_LINGER, 0);
        lease = question.path().bind(opened, Protocol.TCP, question.backend());
        loop.register(opened, SelectionKey.OP_CONNECT, () -> attempt.step(this::ready));
        attempt.step(() -> opened.connect(question.endpoint()) ? connected(opened) : null);
    }

    private @Nullable Outcome ready() throws IOException {
        SocketChannel opened = channel;
        if (opened == null) {
            return null;
        }
        if (wire != null) {
            return goOn(opened, wire);
        }
        return opened.finishConnect() ? connected(opened) : null;
    }

    private @Nullable Outcome connected(SocketChannel opened) throws IOException {
        if (talk == null) {
            return Outcome.up("connection accepted");
        }
        Wire agreed = talk.over(opened);
        wire = agreed;
        return goOn(opened, agreed);
    }

    private @Nullable Outcome goOn(SocketChannel opened, Wire agreed) throws IOException {
        Outcome outcome = agreed.advance();
        if (outcome == null) {
            loop.waitFor(opened, SelectionKey.OP_READ | (agreed.wantsToWrite() ? SelectionKey.OP_WRITE : 0));
        }
        return outcome;
    }

    @Override
    public Outcome timedOut() {
        return talk == null || wire == null
                ? Outcome.down(Reasons.noAnswer(question.spec().timeout()))
                : talk.timedOut();
    }

    @Override
    public void close() {
        loop.close(channel, lease);
    }
}
