package dev.trigon.dataplane.engine;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel. A VLAN is told from its link like a macvlan: RtnetlinkTest. */
@ExtendWith(NetworkNamespace.class)
class ArmsTest {
    private static void wire() {
        sh("ip link add v0 type veth peer name v1; ip link add w0 type veth peer name w1");
        sh("ip link add link v0 name mv0 type macvlan; ip link add br0 type bridge; ip link set w0 master br0");
        sh("for i in v0 v1 w0 mv0 br0; do ip link set $i up; done");
    }

    @Test
    void shouldTakeInterfacesThatShareNothing() throws Refusal {
        wire();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(Arms.of(List.of("v0", "v1", "br0"), kernel))
                    .extracting(Arm::interfaceName)
                    .containsExactly("v0", "v1", "br0");
        }
    }

    @Test
    void shouldRefuseTwoThatSeeTheSameFrames() {
        wire();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThatThrownBy(() -> Arms.of(List.of("v0", "mv0"), kernel))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("interfaces v0 and mv0")
                    .hasMessageContaining("each packet would go twice; list one of them");
            assertThatThrownBy(() -> Arms.of(List.of("br0", "v1", "w0"), kernel))
                    .hasMessageContaining("interfaces br0 and w0");
        }
    }

    @Test
    void shouldNoticeWhatVipdDoesNotFollow() throws Refusal {
        wire();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            Arm arm = Arms.of(List.of("v0"), kernel).get(0);
            assertThat(Arms.change(arm, kernel)).isEmpty();

            sh("ip link set v0 mtu 1400");
            assertThat(Arms.change(arm, kernel)).get().asString().contains("MTU of 1400", "1500");
            sh("ip link set v0 mtu 1500");
            assertThat(Arms.change(arm, kernel)).isEmpty();
            sh("ip link set v0 address 02:00:00:00:00:99");
            assertThat(Arms.change(arm, kernel)).get().asString().contains("another");
        }
    }
}
