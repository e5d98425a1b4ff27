package dev.trigon.dataplane.health;

import java.io.IOException;

/** A ping and its answer. */
final class EchoExchange implements Exchange {
    private final EventLoop loop;
    private final Question question;
    private CheckPath.Lease lease = CheckPath.Lease.NOTHING;

    EchoExchange(EventLoop loop, Question question) {
        this.loop = loop;
        this.question = question;
    }

    @Override
    public void begin(Attempt attempt) throws IOException {
        lease = question.path()
                .echo(question.backend(), () -> attempt.stepSoon(() -> Outcome.up("it answered a ping")));
    }

    @Override
    public Outcome timedOut() {
        return Outcome.down(Reasons.noAnswer(question.spec().timeout()) + " to a ping");
    }

    @Override
    public void close() {
        loop.close(null, lease);
    }
}
