package dev.trigon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** Writes what the distribution has beside its programs and is made from the commands: completions. */
final class Documents {
    private Documents() {}

    /** @param args the directory that is share/ in the distribution */
    public static void main(String[] args) throws IOException {
        Path share = Path.of(args[0]);
        CommandLine vipctl = Vipctl.withEveryCommand();
        write(share.resolve("bash-completion/completions/vipctl"), Completion.script(Completion.Shell.bash, vipctl));
        write(share.resolve("fish/vendor_completions.d/vipctl.fish"), Completion.script(Completion.Shell.fish, vipctl));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
