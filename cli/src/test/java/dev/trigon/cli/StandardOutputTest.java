package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardOutputTest {
    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();

    @Test
    void shouldSayNothingWhenAllWasWritten() throws IOException {
        try (StandardOutput output = new StandardOutput(OutputStream.nullOutputStream(), false)) {
            assertThat(endedAfterPrinting(output)).isZero();
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldEndInSilenceWhenItsReaderIsGone() throws IOException {
        try (StandardOutput output = new StandardOutput(new Full(), true)) {
            assertThat(endedAfterPrinting(output)).isZero();
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldFailWhenTheDiskIsFull() throws IOException {
        try (StandardOutput output = new StandardOutput(new FileOutputStream("/dev/full"), false)) {
            assertThat(endedAfterPrinting(output)).isEqualTo(1);
        }
        assertThat(err.toString())
                .startsWith("vipctl: the output: it is not complete (")
                .endsWith("); make room where it goes, and ask again for what there is\n");
    }

    @Test
    void shouldKnowAPipeFromAFile() throws IOException {
        assertThat(StandardOutput.isReadByAnother(link("pipe:[123]"))).isTrue();
        assertThat(StandardOutput.isReadByAnother(link("socket:[123]"))).isTrue();
        assertThat(StandardOutput.isReadByAnother(link("/dev/pts/3"))).isTrue();
        assertThat(StandardOutput.isReadByAnother(link("/root/flows.json"))).isFalse();
        assertThat(StandardOutput.isReadByAnother(directory.resolve("none"))).isFalse();
    }

    private Path link(String target) throws IOException {
        Path link = directory.resolve("fd");
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, Path.of(target));
    }

    private int endedAfterPrinting(StandardOutput output) {
        PrintWriter out = new PrintWriter(output, false, StandardCharsets.UTF_8);
        out.println("flows");
        out.flush();
        return Vipctl.ended(0, output, new PrintWriter(err, true));
    }

    private static final class Full extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
        }
    }
}
