package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** A datagram, and what comes back. */
final class DatagramExchange implements Exchange {
    /** What is sent, and what an answer to it means. */
    interface Asked {
        ByteBuffer datagram();

        /** Null: it answers something else, and the next one may answer this. */
        @Nullable
        Outcome answered(ByteBuffer datagram);

        /** What silence means. */
        Outcome timedOut(boolean pinged);

        /** Whether silence means something else where the host answers a ping. */
        boolean wantsPing();
    }

    private final EventLoop loop;
    private final Question question;
    private final Asked asked;
    private @Nullable DatagramChannel channel;
    private CheckPath.Lease lease = CheckPath.Lease.NOTHING;
    private CheckPath.Lease echoLease = CheckPath.Lease.NOTHING;
    private boolean pinged;

    DatagramExchange(EventLoop loop, Question question, Asked asked) {
        this.loop = loop;
        this.question = question;
        this.asked = asked;
    }

    @Override
    public void begin(Attempt attempt) throws IOException {
        DatagramChannel opened = DatagramChannel.open(question.family());
        channel = opened;
        opened.configureBlocking(false);
        lease = question.path().bind(opened, Protocol.UDP, question.backend());
        loop.register(opened, SelectionKey.OP_READ, () -> attempt.step(() -> ready(opened)));
        attempt.step(() -> {
            opened.connect(question.endpoint());
            opened.write(asked.datagram());
            return null;
        });
        if (asked.wantsPing() && opened.isOpen()) {
            echoLease = question.path()
                    .echo(
                            question.backend(),
                            () -> attempt.stepSoon(() -> {
                                pinged = true;
                                return null;
                            }));
        }
    }

    private @Nullable Outcome ready(DatagramChannel opened) throws IOException {
        ByteBuffer datagram = loop.received();
        // unlike read, receive tells an empty datagram from none
        return opened.receive(datagram) == null ? null : asked.answered(datagram.flip());
    }

    @Override
    public Outcome timedOut() {
        return asked.timedOut(pinged);
    }

    @Override
    public void close() {
        loop.close(channel, lease);
        loop.close(null, echoLease);
    }
}
