package dev.trigon.cli;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.api.MendedView;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        header = "Look for what is wrong with the gateway, and with its backends as seen from there.",
        description =
                "What is wrong comes first, each with what was seen, what users notice, and what mends it. Takes some"
                        + " seconds; without --fix it changes nothing.",
        footer = {
            "",
            "Exit codes: 0 nothing is wrong; 1 something is.",
            "",
            "Examples:",
            "  vipctl doctor",
            "  vipctl doctor --fix",
            "  vipctl doctor -o json"
        })
final class Doctor implements Callable<Integer> {
    private static final int SOMETHING_WRONG = 1;
    private static final byte[] NO_BODY = {};

    private final Session session;

    @Option(names = "--all", description = "What is well too, one by one.")
    private boolean all;

    @Option(
            names = "--fix",
            description = "Do what can be done on the gateway without harm: settings of the kernel, offloads, guards.")
    private boolean fix;

    Doctor(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = fix
                ? session.send("POST", Session.path("doctor", "fix"), NO_BODY)
                : session.get(Session.path("doctor"));
        DoctorView view = session.read(reply, DoctorView.class);
        session.print(reply, () -> print(view));
        return of(view, FindingView.WRONG).isEmpty() ? 0 : SOMETHING_WRONG;
    }

    private void print(DoctorView view) {
        Screen out = session.out();
        for (MendedView mended : view.mended()) {
            out.println(
                    mended.failure() == null
                            ? "done: " + mended.command()
                            : "NOT DONE: " + mended.command() + ": " + mended.failure());
        }
        of(view, FindingView.WRONG).forEach(it -> print(out, it));
        of(view, FindingView.UNKNOWN).forEach(it -> print(out, it));
        List<FindingView> well = of(view, FindingView.WELL);
        if (all) {
            Table table = new Table().text("").text("").text("").text("");
            well.forEach(it -> table.row(it.state(), it.check(), it.subject(), it.evidence()));
            table.print(out);
        }
        out.println(of(view, FindingView.WRONG).size() + " wrong, "
                + of(view, FindingView.UNKNOWN).size() + " unknown, " + well.size() + " well"
                + (all || well.isEmpty() ? "" : " (--all shows them)"));
    }

    private static List<FindingView> of(DoctorView view, String state) {
        return view.findings().stream().filter(it -> it.state().equals(state)).toList();
    }

    private static void print(PrintWriter out, FindingView finding) {
        out.println(finding.state().toUpperCase(Locale.ROOT) + "  " + finding.check() + ": " + finding.subject());
        line(out, "seen", finding.evidence());
        line(out, "users", finding.consequence());
        line(out, finding.mendable() ? "--fix" : "mend", finding.remedy());
        out.println();
    }

    private static void line(PrintWriter out, String label, @Nullable String text) {
        if (text != null) {
            out.println(String.format(Locale.ROOT, "  %-6s %s", label, text));
        }
    }
}
