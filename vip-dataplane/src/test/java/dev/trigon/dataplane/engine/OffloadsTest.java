package dev.trigon.dataplane.engine;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Against the real kernel, and what the ethtool program says of it. */
@ExtendWith(NetworkNamespace.class)
class OffloadsTest {
    @TempDir
    Path state;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = state.resolve(Offloads.FILE);
    }

    private static void wire() {
        sh("ip link add v0 type veth peer name v1; ethtool -K v0 gro on");
    }

    private static String gro(String interfaceName) {
        return feature("generic-receive-offload", interfaceName);
    }

    private static String rxvlan(String interfaceName) {
        return feature("rx-vlan-offload", interfaceName);
    }

    private static String feature(String label, String interfaceName) {
        return output("ethtool -k " + interfaceName + " | sed -n 's/^" + label + ": //p'")
                .strip();
    }

    @Test
    void shouldSwitchOffWhatIsOnAndPutItBack() {
        wire();
        Offloads offloads = Offloads.switchOff(List.of("v0", "v1"), Offloads.OF_PCAP, state);
        assertThat(gro("v0")).isEqualTo("off");
        assertThat(file).exists();

        offloads.close();
        assertThat(gro("v0")).isEqualTo("on");
        assertThat(gro("v1")).as("it was off").isEqualTo("off");
        assertThat(file).doesNotExist();
    }

    @Test
    void shouldSwitchOffAgainWhatSomebodySwitchedOn() {
        wire();
        try (Offloads offloads = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state)) {
            sh("ethtool -K v0 gro on");
            offloads.check();
            assertThat(gro("v0")).isEqualTo("off");
        }
        assertThat(gro("v0")).isEqualTo("on");
    }

    @Test
    void shouldPutBackWhatAKilledVipdSwitchedOff() {
        wire();
        Offloads killed = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state);
        assertThat(killed).isNotNull();

        Offloads next = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state);
        assertThat(gro("v0")).as("it stays as it is").isEqualTo("off");

        next.close();
        assertThat(gro("v0")).isEqualTo("on");
    }

    @Test
    void shouldPutBackAtOnceWhatIsNoArmAnyMore() {
        wire();
        Offloads killed = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state);
        assertThat(killed).isNotNull();

        Offloads next = Offloads.switchOff(List.of("v1"), Offloads.OF_PCAP, state);
        assertThat(gro("v0")).isEqualTo("on");
        assertThat(file).doesNotExist();
        next.close();
    }

    @Test
    void shouldPutBackAtOnceWhatIsInTheWayOfAnotherEngineOnly() {
        wire();
        Offloads killed = Offloads.switchOff(List.of("v0"), Offloads.OF_AF_XDP, state);
        assertThat(killed).isNotNull();
        assertThat(rxvlan("v0")).isEqualTo("off");

        Offloads next = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state);
        assertThat(rxvlan("v0")).isEqualTo("on");
        assertThat(gro("v0")).isEqualTo("off");
        next.close();
    }

    @Test
    void shouldNotPutBackWhatWasSoBeforeTheMachineWasRestarted() throws IOException {
        wire();
        sh("ethtool -K v0 gro off");
        Files.writeString(file, "another boot\nv0 gro\n");
        Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state).close();
        assertThat(gro("v0")).isEqualTo("off");
    }

    @Test
    void shouldSwitchOffWhatAnInterfaceThatIsMadeAnewHasOn() {
        wire();
        try (Offloads offloads = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state)) {
            sh("ip link del v0");
            offloads.check();
            assertThat(file).as("nothing to put back").doesNotExist();

            wire();
            offloads.renew("v0");
            assertThat(gro("v0")).isEqualTo("off");
        }
        assertThat(gro("v0")).isEqualTo("on");
    }

    @Test
    void shouldGoOnWhereTheInterfaceIsGoneOrTheFileIsJunk() throws IOException {
        wire();
        Files.write(file, new byte[] {(byte) 0xA5, (byte) 0xFF, 10});
        try (Offloads offloads = Offloads.switchOff(List.of("v0"), Offloads.OF_PCAP, state)) {
            sh("ip link del v0");
            offloads.check();
        }
        assertThat(file).doesNotExist();
    }
}
