package dev.trigon.dataplane.health;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One check of one backend, from its beginning to its outcome: which comes once, in time, and leaves nothing open. */
final class Attempt implements Attempts.Running {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final EventLoop loop;
    private final Exchange exchange;
    private final Consumer<Outcome> done;
    private Timers.@Nullable Timer timeout;
    private boolean over;

    Attempt(EventLoop loop, Exchange exchange, Consumer<Outcome> done) {
        this.loop = loop;
        this.exchange = exchange;
        this.done = done;
    }

    /** To be over in this time. */
    void begin(Duration time) {
        timeout = loop.timers().at(loop.nowNs() + time.toNanos(), () -> finish(exchange.timedOut()));
        begin();
    }

    /** For an exchange that sees to its time itself. */
    void begin() {
        try {
            exchange.begin(this);
        } catch (IOException | RuntimeException e) {
            finish(Outcome.notMade(Reasons.line(Reasons.message(e))));
        }
    }

    interface Step {
        @Nullable
        Outcome take() throws IOException;
    }

    /** Goes a step further: to an outcome, to trouble that is one, or to where it has to wait again (null). */
    void step(Step step) {
        if (over) {
            return;
        }
        try {
            Outcome outcome = step.take();
            if (outcome != null) {
                finish(outcome);
            }
        } catch (IOException e) {
            finish(Reasons.of(e));
        } catch (RuntimeException e) {
            LOG.warn("a health check failed of itself", e);
            finish(Outcome.notMade(e.toString()));
        }
    }

    /** The same from any thread. */
    void stepSoon(Step step) {
        loop.call(() -> step(step));
    }

    private void finish(Outcome outcome) {
        if (!over) {
            end();
            done.accept(outcome);
        }
    }

    @Override
    public void cancel() {
        if (!over) {
            end();
        }
    }

    private void end() {
        over = true;
        if (timeout != null) {
            timeout.cancel();
        }
        exchange.close();
    }
}
