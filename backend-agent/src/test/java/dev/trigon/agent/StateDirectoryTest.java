package dev.trigon.agent;

import static dev.trigon.agent.Examples.L2DSR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void shouldKeepJournalForOwnerOnly() throws IOException {
        StateDirectory state = new StateDirectory(directory.resolve("made/for/it"));
        state.create();
        assertThat(state.read()).isEmpty();
        state.write(Journal.empty(L2DSR));
        state.write(Journal.empty(L2DSR));
        assertThat(state.read()).contains(Journal.empty(L2DSR));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.journal())))
                .isEqualTo("rw-------");
        state.delete();
        assertThat(state.read()).isEmpty();
    }

    @Test
    void shouldReplaceWhatCrashLeftHalfWritten() throws IOException {
        StateDirectory state = new StateDirectory(directory);
        Files.writeString(directory.resolve("vip-agent.properties.new"), "versi");
        state.write(Journal.empty(L2DSR));
        assertThat(state.read()).contains(Journal.empty(L2DSR));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "version=2",
                "version=1\nvips=a-name\ndscp=0\nforward=l2dsr\ninterface=eth0",
                "version=1\nvips=203.0.113.10\ndscp=0,1\nforward=l2dsr\ninterface=eth0",
                "version=1\nvips=203.0.113.10\ndscp=0\nforward=tunnel\ninterface=eth0",
                "version=1\nvips=203.0.113.10\ndscp=0\nforward=l2dsr\ninterface=eth0\nbefore.door/front=open\nchanged.door/front=true",
                "version=1\nvips=203.0.113.10\ndscp=0\nforward=l2dsr\ninterface=eth0\nbefore.sysctl/a.b=1",
                "version=\\u12"
            })
    void shouldRefuseWhatIsNoJournal(String content) throws IOException {
        StateDirectory state = new StateDirectory(directory);
        Files.writeString(state.journal(), content);
        assertThatThrownBy(state::read)
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith(state.journal() + ": not a state file of this agent: ")
                .hasMessageContaining("; put back by hand");
    }
}
