package dev.trigon.linux.packet;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.Wakeup;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: what is routed to t0 is read here. */
@ExtendWith(NetworkNamespace.class)
class TunTest {
    private static final int EBUSY = 16;
    private static final int MTU = 1_400;
    private static final int UDP_AND_IP = 28;

    private final NativeMemory packet = NativeMemory.allocate(2_048);

    private static void bringUp() {
        sh("sysctl -qw net.ipv6.conf.t0.disable_ipv6=1");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            kernel.bringUp(kernel.link("t0").orElseThrow().index(), MTU);
            assertThat(kernel.link("t0").orElseThrow().mtu()).isEqualTo(MTU);
            assertThat(kernel.link("t0").orElseThrow().up()).isTrue();
        }
        sh("ip addr add 10.9.0.1/24 dev t0");
    }

    private static void send(int octets) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[octets], octets, InetAddress.getByName("10.9.0.2"), 53));
        }
    }

    @Test
    void shouldReadWhatTheKernelSends() throws IOException {
        try (Tun tun = Tun.create("t0");
                Wakeup wakeup = new Wakeup(tun.fd())) {
            bringUp();
            assertThat(tun.read(packet.address(), MTU)).isZero();
            send(100);
            send(MTU - UDP_AND_IP);

            wakeup.await(5_000);
            assertThat(wakeup.wasReadable(0)).isTrue();
            assertThat(tun.read(packet.address(), MTU)).isEqualTo(100 + UDP_AND_IP);
            assertThat(packet.buffer().get(0)).as("IPv4, and nothing before it").isEqualTo((byte) 0x45);
            assertThat(tun.read(packet.address(), MTU)).isEqualTo(MTU);
            assertThat(tun.read(packet.address(), MTU)).isZero();
        }
    }

    @Test
    void shouldBeGoneWithItsDescriptor() {
        Tun.create("t0").close();
        assertThat(output("ip -o link show")).doesNotContain("t0");
    }

    @Test
    void shouldNotTakeAnothersInterface() {
        sh("ip tuntap add t0 mode tun");
        assertThatThrownBy(() -> Tun.create("t0"))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("TUNSETIFF, t0")
                .extracting(e -> ((LinuxException) e).errno())
                .isEqualTo(EBUSY);
    }

    @Test
    void shouldFailOnceTheInterfaceIsDeleted() {
        try (Tun tun = Tun.create("t0");
                Wakeup wakeup = new Wakeup(tun.fd())) {
            sh("ip link delete t0");
            wakeup.await(5_000);
            assertThat(wakeup.wasReadable(0)).isTrue();
            assertThatThrownBy(() -> tun.read(packet.address(), MTU))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("read(t0)");
        }
    }

    @Test
    void shouldRefuseANameThatIsNone() {
        assertThatThrownBy(() -> Tun.create("a-name-of-more-than-15")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tun.create("")).isInstanceOf(IllegalArgumentException.class);
    }
}
