package dev.trigon.dataplane.engine;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    private static Arms arms(String... interfaces) {
        return new Arms(List.of(interfaces), Rtnetlink.open());
    }

    @Test
    void shouldTakeInterfacesThatShareNothing() throws Refusal {
        wire();
        try (Arms arms = arms("v0", "v1", "br0")) {
            for (String name : List.of("v0", "v1", "br0")) {
                assertThat(arms.find(name).arm().interfaceName()).isEqualTo(name);
            }
        }
    }

    @Test
    void shouldRefuseTheLaterOfTwoThatSeeTheSameFrames() throws Refusal {
        wire();
        try (Arms arms = arms("v0", "mv0")) {
            assertThat(arms.find("v0").arm().interfaceName()).isEqualTo("v0");
            assertThatThrownBy(() -> arms.find("mv0"))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("interfaces v0 and mv0")
                    .hasMessageContaining("each packet would go twice; list one of them");
        }
        try (Arms arms = arms("br0", "v1", "w0")) {
            assertThatThrownBy(() -> arms.find("w0")).hasMessageContaining("interfaces br0 and w0");
        }
    }

    @Test
    void shouldRefuseWhatIsNotThereOrDown() {
        wire();
        try (Arms arms = arms("lo", "nosuch0", "w1")) {
            assertThatThrownBy(() -> arms.find("nosuch0")).hasMessageContaining("this host has none of that name");
            assertThatThrownBy(() -> arms.find("w1")).hasMessageContaining("it is down");
            sh("ip link set lo up");
            assertThatThrownBy(() -> arms.find("lo")).hasMessageContaining("it is no Ethernet interface");
        }
    }

    @Test
    void shouldNoticeWhatAnOpenPortDoesNotFollow() throws Refusal {
        wire();
        sh("ip link set v0 address 02:00:00:00:00:01");
        try (Arms arms = arms("v0")) {
            Arms.Found before = arms.find("v0");
            assertThat(arms.find("v0").changeSince(before)).isNull();

            sh("ip link set v0 mtu 1400");
            assertThat(arms.find("v0").changeSince(before)).isEqualTo("its MTU is 1400, it was 1500");
            sh("ip link set v0 mtu 1500 address 02:00:00:00:00:99");
            assertThat(arms.find("v0").changeSince(before))
                    .isEqualTo("its MAC is 02:00:00:00:00:99, it was 02:00:00:00:00:01");
            sh("ip link del v0; ip link add v0 address 02:00:00:00:00:01 type veth peer name v1; ip link set v0 up");
            assertThat(arms.find("v0").changeSince(before)).isEqualTo("it is another one of that name");
        }
    }

    @Test
    void shouldCountQueues() throws Refusal {
        sh("ip link add q0 numrxqueues 4 numtxqueues 2 type veth peer name q1; ip link set q0 up; ethtool -L q0 rx 3");
        try (Arms arms = arms("q0")) {
            assertThat(arms.find("q0").queues()).isEqualTo(3);
            assertThat(arms.find("q0").sendQueues()).isEqualTo(2);
        }
    }
}
