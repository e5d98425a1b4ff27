package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthProbe;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** HTTP, or HTTPS, over a connection that has been made. */
final class HttpTalk implements StreamExchange.Talk {
    private final EventLoop loop;
    private final Tls tls;
    private final HealthProbe.Http probe;
    private final Question question;
    private final HttpDialogue dialogue;

    HttpTalk(EventLoop loop, Tls tls, HealthProbe.Http probe, Question question) {
        this.loop = loop;
        this.tls = tls;
        this.probe = probe;
        this.question = question;
        this.dialogue = new HttpDialogue(probe, question);
    }

    @Override
    public Wire over(SocketChannel channel) throws IOException {
        return probe.tls()
                ? new TlsWire(loop, channel, dialogue, tls.engine(dialogue.hostName(), question.port(), probe.verify()))
                : new PlainWire(loop, channel, dialogue);
    }

    @Override
    public Outcome timedOut() {
        return dialogue.timedOut();
    }
}
