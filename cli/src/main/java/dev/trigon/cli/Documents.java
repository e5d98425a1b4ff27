package dev.trigon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Maven runs it: writes what the distribution has beside its programs and is made from the commands: completions and manual pages. */
public final class Documents {
    private Documents() {}

    /** @param args the directory that is share/ in the distribution, and the version */
    public static void main(String[] args) throws IOException {
        Path share = Path.of(args[0]);
        CommandLine vipctl = Vipctl.withEveryCommand();
        write(share.resolve("bash-completion/completions/vipctl"), Completion.script(Completion.Shell.bash, vipctl));
        write(share.resolve("fish/vendor_completions.d/vipctl.fish"), Completion.script(Completion.Shell.fish, vipctl));
        writePages(share.resolve("man/man1"), vipctl.getCommandSpec(), args[1]);
    }

    private static void writePages(Path directory, CommandSpec command, String version) throws IOException {
        write(directory.resolve(ManPage.name(command) + ".1"), ManPage.of(command, version));
        for (CommandSpec member : CommandTree.members(command)) {
            writePages(directory, member, version);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
