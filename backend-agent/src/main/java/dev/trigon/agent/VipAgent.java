package dev.trigon.agent;

import dev.trigon.linux.LinuxException;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program: its commands, and how errors reach the operator. */
@Command(
        name = VipAgent.NAME,
        description = "Makes this host a real server behind vipd: the VIP on lo, silent in ARP.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VipAgent.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:refused or failed, nothing changed", "2:wrong usage"},
        subcommands = {RunCommand.class, StatusCommand.class, DownCommand.class})
public final class VipAgent {
    static final String NAME = "vip-agent";

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show where an error came from.")
    private boolean debug;

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        VipAgent agent = new VipAgent();
        return new CommandLine(agent)
                .setParameterExceptionHandler(agent::wrongUsage)
                .setExecutionExceptionHandler(agent::failed);
    }

    private int wrongUsage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        report(e, line + "; see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int failed(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof Refusal refusal) {
            report(e, String.valueOf(refusal.getMessage()));
        } else if (e instanceof LinuxException) {
            report(e, "the kernel refused: " + e.getMessage() + "; what was done has been undone");
        } else {
            report(e, "unexpected: " + e + "; this is a defect, please report it with what --debug shows");
        }
        return ExitCode.SOFTWARE;
    }

    private void report(Exception e, String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(NAME + ": " + line);
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
    }

    /** The jar's version; run from classes, there is none. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {NAME + " " + text()};
        }

        static String text() {
            return Optional.ofNullable(VipAgent.class.getPackage().getImplementationVersion())
                    .orElse("(not packaged)");
        }
    }
}
