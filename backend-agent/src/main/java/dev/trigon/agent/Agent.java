package dev.trigon.agent;

import dev.trigon.linux.LinuxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel what a configuration asks, keeps it so, and puts it back.
 *
 * <p>The journal is written before each change, so that at every moment what is on disk suffices to put all back. One caller at
 * a time.
 */
final class Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private final Kernel kernel;
    private final StateDirectory state;
    private Journal journal;
    private @Nullable String lastTrouble;

    private Agent(Kernel kernel, StateDirectory state, Journal journal) {
        this.kernel = kernel;
        this.state = state;
        this.journal = journal;
    }

    /** Sets all that the configuration asks, beginning from what an earlier agent may have left; or nothing, if some of it fails. */
    static Agent start(Kernel kernel, StateDirectory state, Configuration configuration) {
        Optional<Journal> earlier = state.read();
        earlier.ifPresent(journal -> LOG.info(
                "adopting what an earlier agent left: {} changes",
                journal.toPutBack().size()));
        Agent agent = new Agent(kernel, state, earlier.orElse(Journal.empty(configuration)));
        agent.reach(configuration, earlier);
        return agent;
    }

    /** Takes over an earlier agent's work only to put it back. */
    static Agent toPutBack(Kernel kernel, StateDirectory state, Journal journal) {
        return new Agent(kernel, state, journal);
    }

    private void reach(Configuration configuration, Optional<Journal> earlier) {
        Situation situation = Situation.of(kernel, configuration, journal);
        List<Step> steps = Plan.toReach(situation.requirements(), situation.observed());
        journal = journal.noting(configuration, situation.requirements(), situation.observed(), steps);
        steps.addAll(Plan.toDropStale(situation.requirements(), situation.observed(), journal));
        state.write(journal);
        List<Step> done = new ArrayList<>();
        try {
            for (Step step : steps) {
                take(step);
                done.add(0, step);
            }
            save(journal.keeping(situation.required()));
        } catch (RuntimeException e) {
            undo(done, earlier);
            throw e;
        }
    }

    private void undo(List<Step> done, Optional<Journal> earlier) {
        try {
            for (Step step : done) {
                kernel.write(step.item(), step.from());
            }
            earlier.ifPresentOrElse(state::write, state::delete);
        } catch (RuntimeException e) {
            LOG.error("could not undo what was done; `vip-agent down` will: {}", e.getMessage());
        }
    }

    /** Looks whether all still is as it should be, and sets what is not. What fails is tried again the next time. */
    void repair() {
        try {
            Situation situation = Situation.of(kernel, journal.configuration(), journal);
            List<Step> steps = Plan.toReach(situation.requirements(), situation.observed());
            if (!steps.isEmpty()) {
                save(journal.noting(journal.configuration(), situation.requirements(), situation.observed(), steps));
            }
            for (Step step : steps) {
                take(step);
            }
            trouble(
                    kernel.link(journal.configuration().interfaceName()).isPresent()
                            ? null
                            : journal.configuration().interfaceName() + " is gone; waiting for it to come back");
        } catch (LinuxException | Refusal e) {
            trouble(e.getMessage());
        }
    }

    /** Logs a trouble when it begins and when it ends, not at every look. */
    private void trouble(@Nullable String what) {
        if (what != null && !what.equals(lastTrouble)) {
            LOG.warn("{}", what);
        } else if (what == null && lastTrouble != null) {
            LOG.info("no longer: {}", lastTrouble);
        }
        lastTrouble = what;
    }

    /** Puts back everything as it was; what cannot be stays in the journal. */
    void putBack() {
        Situation situation = Situation.of(kernel, journal.configuration(), journal);
        List<String> failures = new ArrayList<>();
        Set<Item> left = new LinkedHashSet<>();
        for (Step step : Plan.toPutBack(situation.observed(), journal)) {
            try {
                kernel.write(step.item(), step.to());
                LOG.info("{}: put back to {}", step.item().title(), brief(step.to()));
            } catch (LinuxException | Refusal e) {
                failures.add(String.valueOf(e.getMessage()));
                left.add(step.item());
            }
        }
        if (failures.isEmpty()) {
            state.delete();
            return;
        }
        save(journal.keeping(left));
        throw new Refusal(
                "putting back", String.join(", ", failures), "remove the cause, then run `vip-agent down` again");
    }

    private void take(Step step) {
        kernel.write(step.item(), step.to());
        LOG.info("{}: was {}, now {}", step.item().title(), brief(step.from()), brief(step.to()));
        if (step.item() instanceof Item.Rules rules && !step.to().equals(Item.ABSENT)) {
            save(journal.withInstalled(rules.family(), new InstalledRules(step.to(), kernel.read(rules))));
        }
    }

    private void save(Journal next) {
        if (!next.equals(journal)) {
            state.write(next);
            journal = next;
        }
    }

    /** A value fit for a line: a whole table is not. */
    static String brief(String value) {
        return value.contains("\n") ? "installed" : value;
    }
}
