package dev.trigon.linux;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.Ethtool.Offload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel, and what the ethtool program says of it. */
@ExtendWith(NetworkNamespace.class)
class EthtoolTest {
    private static final int ENODEV = 19;

    private static String feature(String name) {
        return output("ethtool -k v0 | grep '^" + name + ":'").strip();
    }

    @Test
    void shouldReadAndSwitchGro() {
        sh("ip link add v0 type veth peer name v1");
        try (Ethtool ethtool = Ethtool.open()) {
            assertThat(ethtool.isOn("v0", Offload.GRO)).isFalse();

            sh("ethtool -K v0 gro on");
            assertThat(ethtool.isOn("v0", Offload.GRO)).isTrue();

            ethtool.set("v0", Offload.GRO, false);
            assertThat(feature(Offload.GRO.label())).endsWith("off");
            ethtool.set("v0", Offload.GRO, true);
            assertThat(feature(Offload.GRO.label())).endsWith("on");
        }
    }

    @Test
    void shouldReadLroAndChangeNoOtherFlagWithIt() {
        sh("ip link add v0 type veth peer name v1");
        try (Ethtool ethtool = Ethtool.open()) {
            assertThat(ethtool.isOn("v0", Offload.LRO)).isFalse();
            ethtool.set("v0", Offload.LRO, false);
            assertThat(feature("rx-vlan-offload")).endsWith("on");
            assertThatThrownBy(() -> ethtool.set("v0", Offload.LRO, true))
                    .as("veth has none")
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("ETHTOOL_SFLAGS, v0");
        }
    }

    @Test
    void shouldSayThatThereIsNoSuchInterface() {
        try (Ethtool ethtool = Ethtool.open()) {
            assertThatThrownBy(() -> ethtool.isOn("nosuch0", Offload.GRO))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(ENODEV))
                    .hasMessageContaining("ETHTOOL_GGRO, nosuch0");
        }
    }
}
