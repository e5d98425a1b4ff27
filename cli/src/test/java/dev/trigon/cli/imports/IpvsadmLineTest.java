package dev.trigon.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpvsadmLineTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A -t 192.0.2.1:80 -p 300",
                "-At 192.0.2.1:80 -p300",
                "-At192.0.2.1:80 -p=300",
                "--add-service --tcp-service 192.0.2.1:80 --persistent 300",
                "--add-service --tcp-service=192.0.2.1:80 --persistent=300"
            })
    void shouldReadShortAndLongOptionsAlike(String line) throws Misfit {
        assertThat(of(line).options())
                .isEqualTo(Map.of("add-service", "", "tcp-service", "192.0.2.1:80", "persistent", "300"));
    }

    @Test
    void shouldLetPersistenceBeWithoutATime() throws Misfit {
        assertThat(of("-A -t 192.0.2.1:80 -p -s rr").options()).containsEntry("persistent", "");
        assertThat(of("-A -t 192.0.2.1:80 -p").options()).containsEntry("persistent", "");
    }

    @Test
    void shouldKeepWhatIsNoOption() throws Misfit {
        assertThat(of("--set 900 120 300").rest()).containsExactly("900", "120", "300");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-A -q", "-A --quick", "-A -t", "-A -s rr -s wlc", "-Aq"})
    void shouldSayWhatItDoesNotUnderstand(String line) {
        assertThatThrownBy(() -> of(line)).isInstanceOf(Misfit.class);
    }

    private static IpvsadmLine of(String line) throws Misfit {
        return IpvsadmLine.of(List.of(line.split(" ", -1)));
    }
}
