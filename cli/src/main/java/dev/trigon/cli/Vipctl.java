package dev.trigon.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
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
        int exitCode = run(out, err, System.getenv(), LockSupport::parkNanos, args);
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

    /**
     * Runs one command line.
     *
     * @param environment is asked for VIPCTL_SOCKET
     * @param pauseNs waits so long
     */
    static int run(
            PrintWriter out, PrintWriter err, Map<String, String> environment, LongConsumer pauseNs, String... args) {
        Session session = new Session(out, err, pauseNs);
        String socket = environment.get("VIPCTL_SOCKET");
        if (socket != null && !socket.isEmpty()) {
            session.socket(Path.of(socket));
        }
        return commandLine(session).execute(args);
    }

    private static CommandLine commandLine(Session session) {
        CommandLine commands = new CommandLine(new Vipctl(session))
                .addSubcommand(new CommandLine(new ServiceGroup())
                        .addSubcommand(new ServiceAdd(session))
                        .addSubcommand(new ServiceList(session))
                        .addSubcommand(new ServiceShow(session))
                        .addSubcommand(new ServiceSet(session))
                        .addSubcommand(new ServiceRemove(session)))
                .addSubcommand(new CommandLine(new BackendGroup())
                        .addSubcommand(new BackendAdd(session))
                        .addSubcommand(new BackendList(session))
                        .addSubcommand(new BackendSet(session))
                        .addSubcommand(new BackendDrain(session))
                        .addSubcommand(new BackendEnable(session))
                        .addSubcommand(new BackendDisable(session))
                        .addSubcommand(new BackendRemove(session)))
                .addSubcommand(new Plan(session))
                .addSubcommand(new Apply(session))
                .addSubcommand(new Confirm(session))
                .addSubcommand(new CommandLine(new History(session)).addSubcommand(new HistoryShow(session)))
                .addSubcommand(new Rollback(session))
                .addSubcommand(new Export(session))
                .addSubcommand(new Schema(session))
                .addSubcommand(new CommandLine(new ImportGroup())
                        .addSubcommand(new ImportIpvsadm(session))
                        .addSubcommand(new ImportKeepalived(session)))
                .addSubcommand(new Status(session))
                .addSubcommand(new Counters(session))
                .addSubcommand(new CommandLine(new FlowsGroup())
                        .addSubcommand(new FlowsList(session))
                        .addSubcommand(new FlowsCount(session))
                        .addSubcommand(new FlowsFlush(session)))
                .addSubcommand(new Explain(session))
                .addSubcommand(new Events(session))
                .addSubcommand(new Doctor(session));
        return commands.setOut(session.out())
                .setErr(session.err())
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler((e, args) -> wrongUsage(session, e))
                .setExecutionExceptionHandler((e, command, result) -> failed(session, e));
    }

    private static int wrongUsage(Session session, CommandLine.ParameterException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        session.err().println("vipctl: " + message + "; see `" + command + " --help`");
        return USAGE;
    }

    private static int failed(Session session, Exception e) {
        if (e instanceof OutputClosed) {
            // who has read enough, as head does, is content
            return 0;
        }
        boolean expected = e instanceof Refused || e instanceof Unreachable;
        session.err()
                .println("vipctl: " + (expected ? e.getMessage() : "failed: " + e + "; run it again with --debug"));
        if (session.debug()) {
            e.printStackTrace(session.err());
        }
        return e instanceof Unreachable ? UNREACHABLE : REFUSED;
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
