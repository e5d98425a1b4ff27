package dev.trigon.cli;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** How a run ends that does not do what it was to do: with one line, and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Session session;

    Failures(Session session) {
        this.session = session;
    }

    @Override
    public int handleParseException(ParameterException e, String[] line) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        session.err().println("vipctl: " + message + "; " + Suggestion.of(e, line) + "see `" + command + " --help`");
        return Vipctl.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
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
        return e instanceof Unreachable ? Vipctl.UNREACHABLE : Vipctl.REFUSED;
    }
}
