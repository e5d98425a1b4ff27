package dev.trigon.dataplane.port.pcap;

import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.packet.FrameSender;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against libpcap and the real kernel: what is sent on v1 arrives at v0, where the port is. */
@ExtendWith(NetworkNamespace.class)
class PcapPortTest {
    private static final int BATCH = 64;
    private static final int FRAME_CAPACITY = 1_600;
    private static final int VIP = Octets.ip("203.0.113.10");

    private static final int OTHER = Octets.ip("203.0.113.11");
    private static final int EMSGSIZE = 90;
    private static final int ENETDOWN = 100;
    private static final byte[] LAST = marked(0xEE);

    private final Batch batch = new Batch(BATCH, FRAME_CAPACITY);
    private final Batch outgoing = new Batch(BATCH, 2_048);
    private final int[] errnos = new int[BATCH];
    private int v0;
    private int v1;

    private void wire() {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:01");
        sh("ip link set v0 up; ip link set v1 up");
        lookUp();
    }

    private void lookUp() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            v0 = kernel.link("v0").orElseThrow().index();
            v1 = kernel.link("v1").orElseThrow().index();
        }
    }

    private static PcapPort open() throws PortException {
        return PcapPort.open("v0", FRAME_CAPACITY, BATCH);
    }

    private static Steering vips(int... addresses) {
        List<InetAddress> vips = Arrays.stream(addresses)
                .mapToObj(address -> IpAddress.toInetAddress(0, IpAddress.mapped(address)))
                .toList();
        return new Steering(vips, Set.of());
    }

    private static TestFrame to(int address) {
        return TestFrame.udp().to(address, 53);
    }

    private static byte[] marked(int mark) {
        return to(VIP).payload(new byte[] {(byte) mark}).build();
    }

    private static byte[] arp(int operation, int target) {
        byte[] frame = hex(
                "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c6336401 000000000000" + "00000000");
        frame[21] = (byte) operation;
        System.arraycopy(Octets.hex(String.format("%08x", target)), 0, frame, 38, 4);
        return frame;
    }

    /** Sends frames out of v1, so that they arrive at v0. */
    private void inject(byte[]... frames) {
        try (FrameSender sender = FrameSender.open(BATCH)) {
            for (int from = 0; from < frames.length; from += BATCH) {
                outgoing.clear();
                for (int i = from; i < Math.min(frames.length, from + BATCH); i++) {
                    int frame = outgoing.add(frames[i].length, false);
                    outgoing.frames().put(outgoing.at(frame), frames[i]);
                    sender.queue(outgoing.address(frame), frames[i].length, v1);
                }
                assertThat(sender.flush(errnos)).isEqualTo(outgoing.count());
            }
        }
    }

    /** All that is received until the last frame of a test. */
    private List<byte[]> receiveToTheLast(PcapPort port) {
        List<byte[]> received = new ArrayList<>();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() - deadlineNs < 0) {
            batch.clear();
            port.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                byte[] frame = Octets.read(batch.frames(), batch.at(i), batch.length(i));
                if (Arrays.equals(frame, LAST)) {
                    return received;
                }
                received.add(frame);
            }
            port.await(10);
        }
        throw new AssertionError("the last frame never came, after " + received.size() + " others");
    }

    @Test
    void shouldReceiveWhatItIsSteeredToAndNothingElse() throws Exception {
        wire();
        byte[] tcp = TestFrame.tcp().to(VIP, 80).payload(new byte[1_460]).build();
        byte[] fragment = to(VIP).fragment(0x2001).build();
        try (PcapPort port = open()) {
            port.steer(vips(VIP, Octets.ip("203.0.113.77")));
            inject(
                    to(OTHER).build(),
                    to(VIP).build(),
                    arp(1, OTHER),
                    arp(2, VIP),
                    arp(1, VIP),
                    hex("333300000001 020000000001 86dd 60000000 00003aff"),
                    tcp,
                    TestFrame.udp().from(VIP, 53).to(OTHER, 53).build(),
                    fragment,
                    TestFrame.ip(1).to("203.0.113.77", 0).build(),
                    LAST);

            assertThat(receiveToTheLast(port))
                    .containsExactly(
                            to(VIP).build(),
                            arp(1, VIP),
                            tcp,
                            fragment,
                            TestFrame.ip(1).to("203.0.113.77", 0).build());
            assertThat(port.kernelDrops()).isZero();
        }
    }

    @Test
    void shouldReceiveNothingBeforeItIsSteeredAndFollowWhatItIsSteeredTo() throws Exception {
        wire();
        try (PcapPort port = open()) {
            inject(marked(1), to(OTHER).build(), arp(1, VIP));
            port.steer(vips(VIP));
            inject(marked(2), to(OTHER).build(), LAST);
            assertThat(receiveToTheLast(port)).containsExactly(marked(2));

            port.steer(vips(OTHER, VIP));
            inject(to(OTHER).build(), LAST);
            assertThat(receiveToTheLast(port)).containsExactly(to(OTHER).build());

            port.steer(Steering.NOTHING);
            inject(marked(3), to(OTHER).build());
            port.steer(vips(VIP));
            inject(LAST);
            assertThat(receiveToTheLast(port)).isEmpty();
        }
    }

    /** As many as libpcap's compiler would take seconds for, and as many as would overflow its stack. */
    @Test
    void shouldBeSteeredToThousandsOfVips() throws Exception {
        wire();
        for (int vips : new int[] {SteeringFilter.MOST_PREFIXES, 600, 5_000}) {
            int[] addresses = IntStream.range(0, vips).map(i -> VIP + 5 * i).toArray();
            byte[] farthest = to(addresses[vips - 1]).build();
            byte[] middle = to(addresses[vips / 2]).build();
            try (PcapPort port = open()) {
                long beganNs = System.nanoTime();
                port.steer(vips(addresses));
                assertThat(System.nanoTime() - beganNs).isLessThan(TimeUnit.SECONDS.toNanos(2));
                inject(
                        to(Octets.ip("10.2.0.11")).build(),
                        arp(1, Octets.ip("10.2.0.11")),
                        middle,
                        farthest,
                        arp(1, addresses[vips - 1]),
                        arp(2, addresses[vips - 1]),
                        LAST);

                assertThat(receiveToTheLast(port)).containsExactly(middle, farthest, arp(1, addresses[vips - 1]));
            }
        }
    }

    private int queue(byte[] frame, int egress) {
        int number = outgoing.add(frame.length, false);
        outgoing.frames().put(outgoing.at(number), frame);
        outgoing.send(number, egress);
        return number;
    }

    @Test
    void shouldNotReceiveWhatItSends() throws Exception {
        wire();
        try (PcapPort port = open()) {
            port.steer(vips(VIP));
            outgoing.clear();
            queue(marked(1), v0);
            queue(marked(2), v0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(0)).isZero();
            sh("ping -c 1 -W 0.1 -I v0 203.0.113.10 || true");
            inject(LAST);

            assertThat(receiveToTheLast(port)).isEmpty();
        }
    }

    @Test
    void shouldCutAFrameThatIsTooLongAndSaySo() throws Exception {
        wire();
        Batch small = new Batch(4, 128);
        try (PcapPort port = PcapPort.open("v0", 128, 4)) {
            port.steer(vips(VIP));
            byte[] fits = to(VIP).payload(new byte[128 - 42]).build();
            byte[] exceeds = to(VIP).payload(new byte[128 - 41]).build();
            inject(fits, exceeds);
            while (small.count() < 2) {
                port.await(100);
                port.receive(small);
            }

            assertThat(small.isCut(0)).isFalse();
            assertThat(small.length(0)).isEqualTo(128);
            assertThat(small.isCut(1)).isTrue();
            assertThat(small.length(1)).isEqualTo(128);
        }
    }

    @Test
    void shouldReceiveNoMoreThanFits() throws Exception {
        wire();
        Batch small = new Batch(2, FRAME_CAPACITY);
        try (PcapPort port = open()) {
            port.steer(vips(VIP));
            inject(marked(1), marked(2), LAST);
            while (small.count() < 2) {
                port.await(100);
                port.receive(small);
            }
            port.receive(small);

            assertThat(small.count()).isEqualTo(2);
            assertThat(receiveToTheLast(port)).isEmpty();
        }
    }

    @Test
    void shouldCountWhatFoundNoRoom() throws Exception {
        wire();
        byte[][] burst = new byte[10_000][];
        Arrays.fill(burst, marked(1));
        try (PcapPort port = open()) {
            port.steer(vips(VIP));
            int sent = 0;
            while (port.kernelDrops() == 0 && sent < 1_000_000) {
                inject(burst);
                sent += burst.length;
            }

            assertThat(port.kernelDrops()).as("after %d frames", sent).isPositive();
            long received = 0;
            do {
                batch.clear();
                port.receive(batch);
                received += batch.count();
            } while (batch.count() > 0);
            assertThat(received + port.kernelDrops()).isEqualTo(sent);
            System.out.println("PcapPort: the ring held " + received + " of " + sent + " frames");
        }
    }

    @Test
    void shouldNoteWhatTheKernelWouldNotSend() throws Exception {
        wire();
        try (PcapPort port = open()) {
            outgoing.clear();
            int tooLong = queue(TestFrame.udp().payload(new byte[1_500]).build(), v0);
            int fine = queue(marked(1), v0);
            int stays = queue(marked(2), Batch.STAYS);
            port.transmit(outgoing);

            assertThat(outgoing.errno(tooLong)).isEqualTo(EMSGSIZE);
            assertThat(outgoing.errno(fine)).isZero();
            assertThat(outgoing.errno(stays)).isZero();

            sh("ip link set v0 down");
            outgoing.clear();
            int down = queue(marked(1), v0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(down)).isEqualTo(ENETDOWN);
        }
    }

    /** CPU time that this thread needs to wait on the port for 400 ms. */
    private long idleCpuMs(PcapPort port) {
        long cpuNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
        int rounds = 0;
        while (System.nanoTime() < untilNs) {
            batch.clear();
            port.receive(batch);
            port.await(100);
            rounds++;
        }
        long ms = TimeUnit.NANOSECONDS.toMillis(
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuNs);
        System.out.println("PcapPort: " + rounds + " rounds and " + ms + " ms of CPU in 400 ms of waiting");
        return ms;
    }

    @Test
    void shouldSleepWhileItsInterfaceIsDownAndReceiveAgainOnceItIsUp() throws Exception {
        wire();
        try (PcapPort port = open()) {
            port.steer(vips(VIP));
            inject(LAST);
            receiveToTheLast(port);

            sh("ip link set v0 down");
            assertThat(idleCpuMs(port)).isLessThan(100);
            sh("ip link set v0 up");

            injectOnceUp(marked(1), LAST);
            assertThat(receiveToTheLast(port)).containsExactly(marked(1));
            assertThat(idleCpuMs(port)).isLessThan(100);
        }
    }

    /** The other end's carrier comes back a moment after its peer is up. */
    private void injectOnceUp(byte[]... frames) {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (!kernel.link("v1").orElseThrow().carrier() && System.nanoTime() < deadlineNs) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        inject(frames);
    }

    @Test
    void shouldSleepWhenItsInterfaceIsGone() throws Exception {
        wire();
        try (PcapPort port = open()) {
            port.steer(vips(VIP));

            sh("ip link del v0");

            assertThat(idleCpuMs(port)).isLessThan(100);
            outgoing.clear();
            int frame = queue(marked(1), v0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(frame)).isNotZero();
        }
    }

    @Test
    void shouldBeWokenFromASleep() throws Exception {
        wire();
        try (PcapPort port = open()) {
            port.wake();
            long beganNs = System.nanoTime();
            port.await(20_000);
            assertThat(System.nanoTime() - beganNs).isLessThan(TimeUnit.SECONDS.toNanos(10));

            port.steer(vips(VIP));
            inject(LAST);
            port.await(20_000);
            assertThat(System.nanoTime() - beganNs).isLessThan(TimeUnit.SECONDS.toNanos(10));
            assertThat(receiveToTheLast(port)).isEmpty();
        }
    }

    @Test
    void shouldSayWhichInterfaceCannotBeCaptured() {
        wire();
        assertThatThrownBy(() -> PcapPort.open("nosuch0", FRAME_CAPACITY, BATCH))
                .isInstanceOf(PortException.class)
                .hasMessageContaining("see that nosuch0 is there and up");
    }
}
