package dev.trigon.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The commands together, what all of them take, and how every run ends. */
@Command(
        name = "vipctl",
        description = "Tells vipd what to balance, and shows what it does.",
        versionProvider = Vipctl.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 done; 1 refused or failed, nothing changed; 2 wrong usage; 3 vipd not reachable.",
            "",
            "Example, from nothing to a balanced service:",
            "  vipctl service add web --vip 203.0.113.10 --protocol tcp --port 80",
            "  vipctl backend add web b1 --address 10.2.0.11",
            "  vipctl backend list"
        })
public final class Vipctl {
    static final int REFUSED = 1;
    static final int USAGE = 2;
    static final int UNREACHABLE = 3;

    private final Session session;

    private Vipctl(Session session) {
        this.session = session;
    }

    public static void main(String[] args) {
        StandardOutput output = StandardOutput.ofThisProcess();
        PrintWriter out = new PrintWriter(output, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = run(out, err, Surroundings.ofThisProcess(), args);
        out.flush();
        System.exit(ended(exitCode, output, err));
    }

    /** Nobody is to take half of an answer for all of it, on a disk that is full. */
    static int ended(int exitCode, StandardOutput output, PrintWriter err) {
        String trouble = output.trouble();
        if (trouble == null) {
            return exitCode;
        }
        err.println("vipctl: the output: it is not complete (" + trouble
                + "); make room where it goes, and ask again for what there is");
        return exitCode == 0 ? REFUSED : exitCode;
    }

    /** Runs one command line. */
    static int run(PrintWriter out, PrintWriter err, Surroundings around, String... args) {
        Session session = new Session(out, err, around);
        String socket = around.environment().get("VIPCTL_SOCKET");
        if (socket != null && !socket.isEmpty()) {
            session.socket(Path.of(socket));
        }
        return commandLine(session, args).execute(args);
    }

    /** To be described, not to be run. */
    static CommandLine withEveryCommand() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return commandLine(
                new Session(nowhere, nowhere, new Surroundings(Map.of(), false, null, System::nanoTime, ns -> {})));
    }

    private static CommandLine commandLine(Session session, String... args) {
        CommandLine vipctl = new CommandLine(new Vipctl(session));
        Failures failures = new Failures(session);
        return commands(session)
                .addTo(vipctl, words(vipctl.getCommandSpec(), args))
                .setOut(session.out())
                .setErr(session.err())
                .setUsageHelpAutoWidth(false)
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(session.out().coloured() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    private static Commands commands(Session session) {
        return new Commands()
                .group(
                        "service",
                        ServiceGroup::new,
                        new Commands()
                                .command("add", () -> new ServiceAdd(session))
                                .command("list", () -> new ServiceList(session))
                                .command("show", () -> new ServiceShow(session))
                                .command("set", () -> new ServiceSet(session))
                                .command("remove", () -> new ServiceRemove(session)))
                .group(
                        "backend",
                        BackendGroup::new,
                        new Commands()
                                .command("add", () -> new BackendAdd(session))
                                .command("list", () -> new BackendList(session))
                                .command("set", () -> new BackendSet(session))
                                .command("drain", () -> new BackendDrain(session))
                                .command("enable", () -> new BackendEnable(session))
                                .command("disable", () -> new BackendDisable(session))
                                .command("remove", () -> new BackendRemove(session)))
                .command("plan", () -> new Plan(session))
                .command("apply", () -> new Apply(session))
                .command("confirm", () -> new Confirm(session))
                .group(
                        "history",
                        () -> new History(session),
                        new Commands().command("show", () -> new HistoryShow(session)))
                .command("rollback", () -> new Rollback(session))
                .command("export", () -> new Export(session))
                .command("schema", () -> new Schema(session))
                .group(
                        "import",
                        ImportGroup::new,
                        new Commands()
                                .command("ipvsadm", () -> new ImportIpvsadm(session))
                                .command("keepalived", () -> new ImportKeepalived(session)))
                .command("status", () -> new Status(session))
                .command("counters", () -> new Counters(session))
                .group(
                        "flows",
                        FlowsGroup::new,
                        new Commands()
                                .command("list", () -> new FlowsList(session))
                                .command("count", () -> new FlowsCount(session))
                                .command("flush", () -> new FlowsFlush(session)))
                .command("top", () -> new Top(session))
                .command("explain", () -> new Explain(session))
                .command("events", () -> new Events(session))
                .command("doctor", () -> new Doctor(session))
                .command("completion", () -> new Completion(session))
                .command("rehearse", () -> new Rehearse());
    }

    /** What is no option and no option's value, as far as those go that every command takes. */
    private static List<String> words(CommandSpec vipctl, String... args) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            OptionSpec option = vipctl.optionsMap().get(args[i]);
            if (option != null) {
                i += option.arity().min();
            } else if (!args[i].startsWith("-")) {
                words.add(args[i]);
            }
        }
        return words;
    }

    // Picocli calls each of these once a command, with null or false where the option is not given there.

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "vipd's control socket (default: VIPCTL_SOCKET, else /run/trigon/vipd.sock).")
    void socket(Path socket) {
        if (socket != null) {
            session.socket(socket);
        }
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "table, json or yaml (default: table).")
    void output(OutputFormat format) {
        if (format != null) {
            session.format(format);
        }
    }

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of what fails.")
    void debug(boolean asked) {
        if (asked) {
            session.debug(true);
        }
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    void help(boolean asked) {}

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    void version(boolean asked) {}

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Vipctl.class.getPackage().getImplementationVersion();
            return new String[] {"vipctl " + (version == null ? "(not packaged)" : version)};
        }
    }
}
