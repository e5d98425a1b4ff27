package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthProbe;
import org.jspecify.annotations.Nullable;

/** A command that says whether a backend works. Its time is counted from where it begins to run. */
final class ExecExchange implements Exchange {
    private final Commands commands;
    private final HealthProbe.Exec probe;
    private final Question question;
    private Commands.@Nullable Run run;

    ExecExchange(Commands commands, HealthProbe.Exec probe, Question question) {
        this.commands = commands;
        this.probe = probe;
        this.question = question;
    }

    @Override
    public void begin(Attempt attempt) {
        run = commands.start(question, probe, outcome -> attempt.stepSoon(() -> outcome));
    }

    @Override
    public Outcome timedOut() {
        return Outcome.down(Reasons.noAnswer(question.spec().timeout()));
    }

    @Override
    public void close() {
        if (run != null) {
            run.cancel();
        }
    }
}
