package dev.trigon.dataplane.port.xdp;

import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.pcap.PcapPort;
import dev.trigon.dataplane.port.xdp.XdpArm.Worst;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.packet.FrameSender;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: v0 is the port's, v1 its far end; w0 and w1 are another wire. */
@ExtendWith(NetworkNamespace.class)
class XdpPortTest {
    private static final int BATCH = 64;
    private static final int FRAME_OCTETS = 1_600;
    private static final int VIP = Octets.ip("203.0.113.10");
    private static final int OWN = Octets.ip("203.0.113.20");
    private static final int OTHER = Octets.ip("203.0.113.11");
    private static final int ENETDOWN = 100;
    private static final byte[] LAST = marked(0xEE);

    private final Batch outgoing = new Batch(BATCH, Batch.LARGEST_FRAME);
    private final int[] errnos = new int[BATCH];
    private final SteeredVips vips = SteeredVips.create();
    private int v0;
    private int v1;
    private int w0;

    @AfterEach
    void closeMaps() {
        vips.close();
    }

    private void wire(int mtu) {
        wire(mtu, "");
    }

    private void wire(int mtu, String queues) {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 address 02:00:00:00:00:02 mtu " + mtu + queues + " type veth peer name v1 mtu " + mtu);
        sh("ip link add w0 mtu " + mtu + queues + " type veth peer name w1 mtu " + mtu);
        sh("for i in v0 v1 w0 w1; do ip link set $i up; done");
        v0 = link("v0").index();
        v1 = link("v1").index();
        w0 = link("w0").index();
    }

    private static Link link(String name) {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            return kernel.link(name).orElseThrow();
        }
    }

    private XdpArm.Opened open(String name) throws PortException {
        return open(name, 1);
    }

    private XdpArm.Opened open(String name, int queues) throws PortException {
        return open(name, queues, 1);
    }

    private XdpArm.Opened open(String name, int queues, int sendQueues) throws PortException {
        Link link = link(name);
        long mac = link.mac() == null ? 0 : link.mac().value();
        XdpArm.Interface of = new XdpArm.Interface(name, link.index(), mac, FRAME_OCTETS, queues, sendQueues);
        return XdpArm.open(of, Worst.GENERIC, BATCH, vips, ifIndex -> 1);
    }

    private XdpPort openV0() throws PortException {
        return (XdpPort) open("v0").ports().get(0);
    }

    private static Steering to(int... addresses) {
        List<InetAddress> all = Arrays.stream(addresses)
                .mapToObj(address -> IpAddress.toInetAddress(0, IpAddress.mapped(address)))
                .toList();
        return new Steering(all, Set.of());
    }

    private static byte[] marked(int mark) {
        return TestFrame.udp().to(VIP, 53).payload(new byte[] {(byte) mark}).build();
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

    private List<byte[]> receiveToTheLast(PacketPort port) {
        return receiveToTheLast(port, port.newBatch(BATCH), Batch.STAYS);
    }

    /** All that is received until the last frame of a test, and sent on if it is to be. */
    private static List<byte[]> receiveToTheLast(PacketPort port, Batch batch, int egress) {
        List<byte[]> received = new ArrayList<>();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() - deadlineNs < 0) {
            batch.clear();
            port.receive(batch);
            boolean last = false;
            for (int i = 0; i < batch.count(); i++) {
                byte[] frame = Octets.read(batch.frames(), batch.at(i), batch.length(i));
                last |= Arrays.equals(frame, LAST);
                if (!Arrays.equals(frame, LAST)) {
                    received.add(frame);
                }
                batch.send(i, egress);
            }
            port.transmit(batch);
            if (last) {
                return received;
            }
            port.await(10);
        }
        throw new AssertionError("the last frame never came, after " + received.size() + " others");
    }

    private static PcapPort farEnd(String name) throws PortException {
        PcapPort port = PcapPort.open(name, FRAME_OCTETS, BATCH);
        port.steer(to(VIP));
        return port;
    }

    @Test
    void shouldReceiveWhatItIsSteeredToAndLeaveTheRestToTheKernel() throws Exception {
        wire(1_500);
        byte[] tcp = TestFrame.tcp().to(VIP, 80).payload(new byte[1_400]).build();
        byte[] fragment = TestFrame.udp().to(VIP, 53).fragment(0x2001).build();
        byte[] tagged =
                hex("020000000002 020000000001 8100 0064", Octets.hex(tcp).substring(2 * 12));
        byte[] other = TestFrame.udp().to(OTHER, 53).build();
        try (XdpPort port = openV0();
                PcapPort kernel = PcapPort.open("v0", FRAME_OCTETS, BATCH)) {
            port.steer(to(VIP));
            kernel.steer(to(VIP, OTHER));
            inject(other, tcp, fragment, tagged, LAST);

            assertThat(receiveToTheLast(port)).containsExactly(tcp, fragment, tagged);

            port.steer(to(OTHER));
            inject(LAST);
            assertThat(receiveToTheLast(kernel)).containsExactly(other);
        }
    }

    @Test
    void shouldSendFromWhereFramesLieByTheInterfaceTheyCameBy() throws Exception {
        wire(1_500);
        try (XdpPort port = openV0();
                PcapPort far = farEnd("v1")) {
            port.steer(to(VIP));
            inject(marked(1), marked(2), LAST);
            receiveToTheLast(port, port.newBatch(BATCH), v0);

            assertThat(receiveToTheLast(far)).containsExactly(marked(1), marked(2));
        }
    }

    /** The kernel would take frames for a queue that nothing is sent by, and keep them. */
    @Test
    void shouldSendByInterfacesThatHaveFewerQueuesToSendBy() throws Exception {
        wire(1_500, " numrxqueues 2 numtxqueues 2");
        sh("ethtool -L v0 tx 1; ethtool -L w0 tx 1");
        List<PacketPort> ports = open("v0", 2).ports();
        try (PacketPort second = ports.get(1);
                PcapPort far = farEnd("v1");
                PcapPort otherFar = farEnd("w1")) {
            Batch batch = second.newBatch(BATCH);
            for (int egress : new int[] {v0, w0}) {
                int frame = batch.add(LAST.length, false);
                batch.frames().put(batch.at(frame), LAST);
                batch.send(frame, egress);
            }
            second.transmit(batch);

            assertThat(receiveToTheLast(far)).isEmpty();
            assertThat(receiveToTheLast(otherFar)).isEmpty();
        } finally {
            ports.get(0).close();
        }
    }

    @Test
    void shouldSendByAnotherInterfaceInTheOrderTheyCame() throws Exception {
        wire(1_500);
        byte[][] frames = new byte[20_000][];
        Arrays.setAll(
                frames,
                i -> TestFrame.udp()
                        .to(VIP, 53)
                        .payload(new byte[] {(byte) i, (byte) (i >> 8)})
                        .build());
        try (XdpPort port = openV0();
                PcapPort far = farEnd("w1")) {
            port.steer(to(VIP));
            Batch batch = port.newBatch(BATCH);
            Batch arrived = far.newBatch(BATCH);
            List<byte[]> all = new ArrayList<>();
            for (int from = 0; from < frames.length; from += 1_000) {
                inject(Arrays.copyOfRange(frames, from, from + 1_000));
                inject(LAST);
                receiveToTheLast(port, batch, w0);
                all.addAll(receiveToTheLast(far, arrived, Batch.STAYS));
            }

            assertThat(all).containsExactly(frames);
            assertThat(port.chunksInUse()).as("what was sent has come back").isLessThanOrEqualTo(BATCH);
        }
    }

    @Test
    void shouldReceiveFramesAsideThatNoChunkHasRoomFor() throws Exception {
        wire(9_000);
        byte[] longOne = TestFrame.udp().to(VIP, 53).payload(new byte[8_000]).build();
        XdpArm.Opened opened = open("v0");
        assertThat(opened.how()).startsWith("generic mode; not in native mode with zero-copy: ");
        try (PacketPort port = opened.ports().get(0);
                PcapPort far = farEnd("w1")) {
            port.steer(to(VIP));
            inject(longOne, longOne);
            Batch batch = port.newBatch(BATCH);
            while (batch.count() < 2) {
                port.await(100);
                port.receive(batch);
            }
            assertThat(Octets.read(batch.frames(), batch.at(0), batch.length(0)))
                    .isEqualTo(longOne);
            batch.send(0, w0);
            batch.send(1, w0);
            port.transmit(batch);
            assertThat(batch.errno(0)).isZero();

            inject(LAST);
            receiveToTheLast(port, batch, w0);
            assertThat(receiveToTheLast(far)).containsExactly(longOne, longOne);
        }
    }

    @Test
    void shouldReceiveAsideWhatTheKernelNeedsToSeeToo() throws Exception {
        wire(1_500);
        byte[] own = TestFrame.udp().to(OWN, 53).build();
        try (XdpPort port = openV0();
                PcapPort kernel = PcapPort.open("v0", FRAME_OCTETS, BATCH)) {
            InetAddress address = IpAddress.toInetAddress(0, IpAddress.mapped(OWN));
            port.steer(new Steering(List.of(to(VIP).vips().get(0), address), Set.of(address)));
            kernel.steer(to(OWN, VIP));
            inject(own);
            Batch batch = port.newBatch(BATCH);
            while (batch.count() == 0) {
                port.await(100);
                port.receive(batch);
            }

            assertThat(Octets.read(batch.frames(), batch.at(0), batch.length(0)))
                    .isEqualTo(own);
            batch.clear();
            while (batch.count() == 0) {
                kernel.await(100);
                kernel.receive(batch);
            }
            assertThat(Octets.read(batch.frames(), batch.at(0), batch.length(0)))
                    .isEqualTo(own);
        }
    }

    @Test
    void shouldReceiveAsideOnceHoweverManyQueuesThereAre() throws Exception {
        sh("ip link add v0 address 02:00:00:00:00:02 numrxqueues 2 type veth peer name v1");
        sh("ip link set v0 up; ip link set v1 up; ethtool -L v0 rx 2");
        v1 = link("v1").index();
        List<PacketPort> ports = open("v0", 2).ports();
        InetAddress address = IpAddress.toInetAddress(0, IpAddress.mapped(OWN));
        List<Batch> batches = ports.stream().map(port -> port.newBatch(BATCH)).toList();
        ports.forEach(port -> port.steer(new Steering(List.of(address), Set.of(address))));

        inject(TestFrame.udp().to(OWN, 53).build());
        sh("sleep 0.1");
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < ports.size(); i++) {
                ports.get(i).receive(batches.get(i));
            }
        }

        ports.forEach(PacketPort::close);
        assertThat(batches.stream().mapToInt(Batch::count).sum()).isEqualTo(1);
    }

    @Test
    void shouldSendFramesThatLieElsewhere() throws Exception {
        wire(1_500);
        try (XdpPort port = openV0();
                PcapPort far = farEnd("v1")) {
            for (int i = 0; i < 200; i++) {
                outgoing.clear();
                queue(marked(i), v0);
                port.transmit(outgoing);
                assertThat(outgoing.errno(0)).isZero();
            }
            queue(LAST, v0);
            port.transmit(outgoing);

            assertThat(receiveToTheLast(far)).hasSize(201);
        }
    }

    private int queue(byte[] frame, int egress) {
        int number = outgoing.add(frame.length, false);
        outgoing.frames().put(outgoing.at(number), frame);
        outgoing.send(number, egress);
        return number;
    }

    @Test
    void shouldCountWhatFoundNoRoomAndLoseNothingElse() throws Exception {
        wire(1_500);
        byte[][] burst = new byte[10_000][];
        Arrays.fill(burst, marked(1));
        try (XdpPort port = openV0()) {
            port.steer(to(VIP));
            inject(burst);
            inject(burst);

            assertThat(port.kernelDrops()).isPositive();
            Batch batch = port.newBatch(BATCH);
            long received = 0;
            do {
                batch.clear();
                port.receive(batch);
                received += batch.count();
            } while (batch.count() > 0);
            assertThat(received + port.kernelDrops()).isEqualTo(20_000);
            inject(LAST);
            assertThat(receiveToTheLast(port)).isEmpty();
        }
    }

    @Test
    void shouldSayWhatIsRefusedAndSendAgainOnceItCan() throws Exception {
        wire(1_500);
        try (XdpPort port = openV0();
                PcapPort far = farEnd("w1")) {
            queue(marked(1), w0);
            port.transmit(outgoing);
            sh("ip link set w0 down");
            outgoing.clear();
            queue(marked(2), w0);
            queue(marked(3), w0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(0)).isEqualTo(ENETDOWN);
            assertThat(outgoing.errno(1)).isEqualTo(ENETDOWN);
            assertThat(port.chunksInUse()).as("a driver could be reading them").isPositive();
            sh("sleep 1.1");
            assertThat(port.chunksInUse()).isZero();

            sh("ip link set w0 up");
            outgoing.clear();
            queue(LAST, w0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(0)).isZero();
            assertThat(receiveToTheLast(far)).containsExactly(marked(1));
        }
    }

    /** The kernel takes nothing from its ring then, and says so of nothing. */
    @Test
    void shouldSendInTheCommonWayWhenItsQueueIsNoneToSendByAnyMore() throws Exception {
        sh("ip link add v0 address 02:00:00:00:00:02 numrxqueues 2 numtxqueues 1 type veth peer name v1");
        sh("ip link set v0 up; ip link set v1 up; ethtool -L v0 rx 2 tx 1");
        v0 = link("v0").index();
        List<PacketPort> ports = open("v0", 2, 2).ports();
        try (PacketPort first = ports.get(0);
                XdpPort second = (XdpPort) ports.get(1);
                PcapPort far = farEnd("v1")) {
            assertThat(first).isNotNull();
            queue(marked(1), v0);
            second.transmit(outgoing);
            assertThat(outgoing.errno(0)).as("that it was lost is told").isNotZero();

            for (int i = 2; i < 5; i++) {
                outgoing.clear();
                queue(marked(i), v0);
                second.transmit(outgoing);
                assertThat(outgoing.errno(0)).isZero();
            }
            outgoing.clear();
            queue(LAST, v0);
            second.transmit(outgoing);
            assertThat(receiveToTheLast(far)).containsExactly(marked(2), marked(3), marked(4));
        }
    }

    @Test
    void shouldSendByMoreInterfacesThanItHasPlacesFor() throws Exception {
        wire(1_500);
        int many = Egresses.MOST + 4;
        int[] interfaces = new int[many];
        for (int i = 0; i < many; i++) {
            sh("ip link add x" + i + " type veth peer name y" + i + "; ip link set x" + i + " up; ip link set y" + i
                    + " up");
            interfaces[i] = link("x" + i).index();
        }
        try (XdpPort port = openV0()) {
            for (int batch = 0; batch < 5; batch++) {
                outgoing.clear();
                for (int i = 0; i < many; i++) {
                    queue(marked(i), interfaces[i]);
                }
                port.transmit(outgoing);
                for (int i = 0; i < many; i++) {
                    assertThat(outgoing.errno(i)).isZero();
                }
            }
            for (int i = 0; i < many; i++) {
                assertThat(receivedBy("y" + i)).as("y" + i).isEqualTo(5);
            }
        }
    }

    private static long receivedBy(String name) {
        return Long.parseLong(
                output("awk '$1 == \"" + name + ":\" {print $3}' /proc/net/dev").strip());
    }

    @Test
    void shouldSleepWhenItsInterfaceIsGone() throws Exception {
        wire(1_500);
        try (XdpPort port = openV0()) {
            port.steer(to(VIP));
            sh("ip link del v0");

            Batch batch = port.newBatch(BATCH);
            long cpuNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
            while (System.nanoTime() < untilNs) {
                port.receive(batch);
                port.await(100);
            }
            long usedNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuNs;
            assertThat(TimeUnit.NANOSECONDS.toMillis(usedNs)).isLessThan(100);
            queue(marked(1), v0);
            port.transmit(outgoing);
            assertThat(outgoing.errno(0)).isNotZero();
        }
    }

    @Test
    void shouldAllocateNothingAFrame() throws Exception {
        wire(1_500);
        byte[][] burst = new byte[BATCH][];
        Arrays.fill(burst, marked(1));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (XdpPort port = openV0();
                FrameSender sender = FrameSender.open(BATCH)) {
            port.steer(to(VIP));
            Batch batch = port.newBatch(BATCH);
            long before = 0;
            long frames = 0;
            for (int round = 0; round < 3_000; round++) {
                if (round == 1_000) {
                    before = threads.getCurrentThreadAllocatedBytes();
                    frames = 0;
                }
                for (int i = 0; i < BATCH; i++) {
                    sender.queue(outgoing.address(0) + 64L * i, 60, v1);
                    outgoing.frames().put(64 * i, burst[i]);
                }
                sender.flush(errnos);
                batch.clear();
                port.receive(batch);
                for (int i = 0; i < batch.count(); i++) {
                    batch.send(i, w0);
                }
                port.transmit(batch);
                frames += batch.count();
                port.await(0);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(frames).isGreaterThan(100_000);
            assertThat(allocated).as("octets for %d frames", frames).isLessThan(10_000);
        }
    }

    @Test
    void shouldSayThatAnotherProgramIsThere() throws Exception {
        wire(1_500);
        SteeringProgram other = SteeringProgram.attach(v0, 0x020000000002L, 1_500, 1, false, XdpLink.Mode.NATIVE, vips);
        try {
            assertThatThrownBy(() -> open("v0"))
                    .isInstanceOf(PortException.class)
                    .hasMessageStartingWith(
                            "another XDP program is on v0; end what holds it there (ip -d link show v0");
        } finally {
            other.close();
        }
        openV0().close();
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        wire(1_500);
        openV0().close();
        assertThat(NetworkNamespace.output("ip -d link show v0")).doesNotContain("xdp");
    }

    @Test
    void shouldTakeGenericModeWhereTheDriverHasNoOther() throws Exception {
        wire(1_500);
        sh("ip link add m0 link v0 type macvlan mode bridge; ip link set m0 up");
        XdpArm.Opened opened = open("m0");
        try (PacketPort port = opened.ports().get(0)) {
            assertThat(opened.how()).startsWith("generic mode; ");
            port.steer(to(VIP));
            byte[] frame = marked(1);
            byte[] mac = hex(link("m0").mac().toString().replace(":", ""));
            System.arraycopy(mac, 0, frame, 0, 6);
            inject(frame);
            Batch batch = port.newBatch(BATCH);
            while (batch.count() == 0) {
                port.await(100);
                port.receive(batch);
            }
            assertThat(Octets.read(batch.frames(), batch.at(0), batch.length(0)))
                    .isEqualTo(frame);
        }
    }
}
