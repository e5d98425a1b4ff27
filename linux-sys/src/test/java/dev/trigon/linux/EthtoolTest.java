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
    void shouldReadAndSwitchRxvlan() {
        sh("ip link add v0 type veth peer name v1");
        try (Ethtool ethtool = Ethtool.open()) {
            assertThat(ethtool.isOn("v0", Offload.RXVLAN)).isTrue();

            ethtool.set("v0", Offload.RXVLAN, false);
            assertThat(feature(Offload.RXVLAN.label())).endsWith("off");
            assertThat(feature("tx-vlan-offload")).endsWith("on");
            assertThat(ethtool.isOn("v0", Offload.RXVLAN)).isFalse();

            sh("ethtool -K v0 rxvlan on");
            assertThat(ethtool.isOn("v0", Offload.RXVLAN)).isTrue();
        }
    }

    @Test
    void shouldCountQueues() {
        sh(
                "ip link add v0 numrxqueues 4 numtxqueues 2 type veth peer name v1 numrxqueues 2; ip link add br0 type bridge");
        try (Ethtool ethtool = Ethtool.open()) {
            sh("ethtool -L v0 rx 4");
            assertThat(ethtool.receiveQueues("v0")).isEqualTo(4);
            sh("ethtool -L v0 rx 3; ethtool -L v1 rx 1");
            assertThat(ethtool.receiveQueues("v0")).isEqualTo(3);
            assertThat(ethtool.receiveQueues("v1")).isEqualTo(1);
            sh("ethtool -L v0 tx 1");
            assertThat(ethtool.sendQueues("v0")).isEqualTo(1);
            sh("ethtool -L v1 rx 2; ethtool -L v0 tx 2");
            assertThat(ethtool.sendQueues("v0")).isEqualTo(2);
            assertThat(ethtool.sendQueues("br0")).isEqualTo(1);
            assertThat(ethtool.receiveQueues("br0"))
                    .as("its driver does not say")
                    .isEqualTo(1);
            assertThatThrownBy(() -> ethtool.receiveQueues("nosuch0"))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("ETHTOOL_GCHANNELS, nosuch0");
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
