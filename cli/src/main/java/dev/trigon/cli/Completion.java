package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        header = "Print what a shell needs to complete vipctl's words.",
        description = "A shell reads it when it starts; vipd is not asked.",
        footer = {
            "",
            "Examples, a line for ~/.bashrc, one for ~/.zshrc and a command for fish:",
            "  source <(vipctl completion bash)",
            "  source <(vipctl completion zsh)",
            "  vipctl completion fish > ~/.config/fish/completions/vipctl.fish"
        })
final class Completion implements Callable<Integer> {
    private final Session session;

    /** Which shell. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell = Shell.bash;

    Completion(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.out().print(script(shell, Vipctl.withEveryCommand()));
        return 0;
    }

    /** Picocli's script is for bash and, by zsh's own means to take one of bash's, for zsh. */
    static String script(Shell shell, CommandLine vipctl) {
        return shell == Shell.fish ? FishCompletion.of(vipctl) : AutoComplete.bash("vipctl", vipctl);
    }
}
