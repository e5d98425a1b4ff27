package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void shouldBeMadeForRootAlone() throws Exception {
        try (StateDirectory state = StateDirectory.open(directory.resolve("a/b"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void shouldBeHeldByOneVipdAndNameIt() throws Exception {
        try (StateDirectory state = StateDirectory.open(directory)) {
            assertThatThrownBy(() -> StateDirectory.open(directory))
                    .isInstanceOf(Refusal.class)
                    .hasMessage("state " + directory + ": another vipd (pid "
                            + ProcessHandle.current().pid()
                            + ") uses it; stop that one, or give this one a state directory of its own");
            assertThat(state.path()).isEqualTo(directory);
        }
        StateDirectory.open(directory).close();
    }

    @Test
    void shouldBeRefusedWhereAFileIs() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "text");
        assertThatThrownBy(() -> StateDirectory.open(file))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("state " + file + ": it cannot be used (")
                .hasMessageEndingWith("; check that it is a directory that root can write to");
    }
}
