package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A dialogue over a connection as it is. */
final class PlainWire implements Wire {
    private final EventLoop loop;
    private final SocketChannel channel;
    private final Dialogue dialogue;
    private final ByteBuffer request;

    PlainWire(EventLoop loop, SocketChannel channel, Dialogue dialogue) {
        this.loop = loop;
        this.channel = channel;
        this.dialogue = dialogue;
        this.request = dialogue.request();
    }

    /** One piece of the answer at a time: a server that sends for ever keeps nobody waiting. */
    @Override
    public @Nullable Outcome advance() throws IOException {
        if (request.hasRemaining()) {
            channel.write(request);
        }
        ByteBuffer octets = loop.received();
        int count = channel.read(octets);
        return count < 0 ? dialogue.ended() : dialogue.received(octets.flip());
    }

    @Override
    public boolean wantsToWrite() {
        return request.hasRemaining();
    }
}
