package dev.trigon.agent;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vip-agent status}: what is configured, and what is no longer so. */
@Command(
        name = "status",
        description = "Shows what is configured and what has drifted.",
        exitCodeList = {"0:all is as configured", "1:something drifted, or nothing is configured", "2:wrong usage"})
final class StatusCommand implements Callable<Integer> {
    private static final String[] HEADINGS = {"WHAT", "WANTED", "FOUND", ""};

    @Mixin
    private StateOption state = new StateOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        StateDirectory directory = state.open("status");
        Optional<Journal> journal = directory.read();
        if (journal.isEmpty()) {
            spec.commandLine().getOut().println("nothing is configured (no " + directory.journal() + ")");
            return ExitCode.SOFTWARE;
        }
        Optional<Long> holder = AgentLock.holder(directory.lock());
        try (Kernel kernel = new Kernel()) {
            Situation situation = Situation.of(kernel, journal.get().configuration(), journal.get());
            print(journal.get().configuration(), holder, situation);
            return situation.requirements().stream().allMatch(situation::holds) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void print(Configuration configuration, Optional<Long> holder, Situation situation) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s on %s, %s%n%n",
                configuration.forward(),
                configuration.interfaceName(),
                holder.map(pid -> "agent running, pid " + pid)
                        .orElse(
                                "no agent running: nothing repairs what drifts; start it, or put all back with `down`"));
        List<String[]> rows = new ArrayList<>();
        rows.add(HEADINGS);
        for (Requirement requirement : situation.requirements()) {
            String found = situation.found(requirement.item());
            boolean holds = situation.holds(requirement);
            rows.add(new String[] {
                requirement.item().title(),
                holds ? Agent.brief(found) : Agent.brief(requirement.target()),
                holds || !found.contains("\n") ? Agent.brief(found) : "other rules",
                holds ? "ok" : "drifted"
            });
        }
        print(out, rows);
    }

    private static void print(PrintWriter out, List<String[]> rows) {
        int[] widths = new int[HEADINGS.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }
}
