package dev.trigon.linux.packet;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: what leaves v0 arrives at v1. */
@ExtendWith(NetworkNamespace.class)
class FrameSenderTest {
    private static final int ENXIO = 6;
    private static final int ENETDOWN = 100;
    private static final int EMSGSIZE = 90;
    private static final int MTU = 1_500;
    private static final int ETHERNET = 14;

    private final NativeMemory frame = NativeMemory.allocate(2_048);
    private int v0;

    private void wire() {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 mtu " + MTU + " type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            v0 = kernel.link("v0").orElseThrow().index();
        }
        frame.buffer().put(12, (byte) 0x88).put(13, (byte) 0xB5); // an EtherType for experiments
    }

    /** Packets and octets that have arrived. /sys shows another namespace's devices; /proc shows this thread's. */
    private static long[] arrived() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/dev"))) {
            if (line.strip().startsWith("v1:")) {
                String[] columns = line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1);
                return new long[] {Long.parseLong(columns[1]), Long.parseLong(columns[0])};
            }
        }
        throw new AssertionError("no v1");
    }

    @Test
    void shouldSendABatch() throws IOException {
        wire();
        int[] errnos = {-1, -1, -1, -1};
        try (FrameSender sender = FrameSender.open(3)) {
            sender.queue(frame.address(), 60, v0);
            sender.queue(frame.address(), 100, v0);
            assertThat(sender.isFull()).isFalse();
            sender.queue(frame.address(), MTU + ETHERNET, v0);
            assertThat(sender.isFull()).isTrue();

            assertThat(sender.flush(errnos)).isEqualTo(3);

            assertThat(errnos).containsExactly(0, 0, 0, -1);
            assertThat(arrived()).containsExactly(3, 60 + 100 + MTU + ETHERNET);
            assertThat(sender.flush(errnos)).as("it is empty again").isZero();
            assertThat(sender.isFull()).isFalse();
        }
    }

    @Test
    void shouldSendWhatIsBehindARefusedFrame() throws IOException {
        wire();
        int[] errnos = new int[5];
        try (FrameSender sender = FrameSender.open(5)) {
            sender.queue(frame.address(), MTU + ETHERNET + 1, v0);
            sender.queue(frame.address(), 60, v0);
            sender.queue(frame.address(), 60, 4_711);
            sender.queue(frame.address(), 60, v0);
            sender.queue(frame.address(), 2_048, v0);

            assertThat(sender.flush(errnos)).isEqualTo(2);
        }
        assertThat(errnos).containsExactly(EMSGSIZE, 0, ENXIO, 0, EMSGSIZE);
        assertThat(arrived()[0]).isEqualTo(2);
    }

    @Test
    void shouldSayThatTheInterfaceIsDownAndSendAgainOnceItIsUp() {
        wire();
        int[] errnos = new int[1];
        try (FrameSender sender = FrameSender.open(1)) {
            sh("ip link set v0 down");
            sender.queue(frame.address(), 60, v0);
            assertThat(sender.flush(errnos)).isZero();
            assertThat(errnos).containsExactly(ENETDOWN);

            sh("ip link set v0 up");
            sender.queue(frame.address(), 60, v0);
            assertThat(sender.flush(errnos)).isOne();
            assertThat(errnos).containsExactly(0);
        }
    }
}
