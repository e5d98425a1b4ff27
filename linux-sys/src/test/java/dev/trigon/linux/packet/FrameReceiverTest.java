package dev.trigon.linux.packet;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Rtnetlink;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: what v0 sends arrives at v1. */
@ExtendWith(NetworkNamespace.class)
class FrameReceiverTest {
    private static final int EXPERIMENT = 0x88B5;
    private static final int OTHER = 0x88B6;
    private static final int LENGTH = 60;
    private static final int KIND_AT = 20;

    private final NativeMemory frame = NativeMemory.allocate(LENGTH);
    private int v0;
    private int v1;

    private void wire() {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            v0 = kernel.link("v0").orElseThrow().index();
            v1 = kernel.link("v1").orElseThrow().index();
        }
    }

    private void send(FrameSender sender, int etherType, int kind) {
        frame.buffer()
                .put(12, (byte) (etherType >> 8))
                .put(13, (byte) etherType)
                .put(KIND_AT, (byte) kind);
        sender.queue(frame.address(), LENGTH, v0);
        assertThat(sender.flush(new int[1])).isOne();
    }

    private static int await(FrameReceiver receiver) {
        for (int i = 0; i < 200; i++) {
            int length = receiver.receive();
            if (length > 0) {
                return length;
            }
            LockSupport.parkNanos(5_000_000);
        }
        return 0;
    }

    @Test
    void shouldTakeItsEtherTypeAsItArrives() {
        wire();
        try (FrameSender sender = FrameSender.open(1);
                FrameReceiver sent = FrameReceiver.open(v0, EXPERIMENT);
                FrameReceiver receiver = FrameReceiver.open(v1, EXPERIMENT)) {
            assertThat(receiver.receive()).as("nothing waits").isZero();

            send(sender, OTHER, 1);
            send(sender, EXPERIMENT, 2);

            assertThat(await(receiver)).isEqualTo(LENGTH);
            assertThat(receiver.frame().getShort(12)).isEqualTo((short) EXPERIMENT);
            assertThat(receiver.frame().get(KIND_AT)).isEqualTo((byte) 2);
            assertThat(receiver.receive()).isZero();
            assertThat(sent.receive()).as("what leaves is not what arrives").isZero();
        }
    }

    @Test
    void shouldTakeOnlyWhatIsWanted() {
        wire();
        try (FrameSender sender = FrameSender.open(1);
                FrameReceiver receiver = FrameReceiver.open(
                        v1,
                        EXPERIMENT,
                        new FrameReceiver.Wanted(12, EXPERIMENT >> 8),
                        new FrameReceiver.Wanted(KIND_AT, 3))) {
            send(sender, EXPERIMENT, 2);
            send(sender, EXPERIMENT, 3);

            assertThat(await(receiver)).isEqualTo(LENGTH);
            assertThat(receiver.frame().get(KIND_AT)).isEqualTo((byte) 3);
            assertThat(receiver.receive()).isZero();
        }
    }

    @Test
    void shouldNameTheInterfaceThatIsNotThere() {
        assertThatThrownBy(() -> FrameReceiver.open(4_711, EXPERIMENT))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("interface 4711");
    }
}
