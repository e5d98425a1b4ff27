package dev.trigon.dataplane.port.pcap;

import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tagged frames, IPv6 and super-packets, against libpcap and the real kernel: a port at each end of the wire. */
@ExtendWith(NetworkNamespace.class)
class PcapPortFramesTest {
    private static final int BATCH = 64;
    private static final int FRAME_CAPACITY = 1_600;
    private static final String VIP = "203.0.113.10";
    private static final String VIP6 = "2001:db8:f::10";
    private static final String MACS = "020000000002 020000000001";
    private static final String Q = "8100 6064";
    private static final String AD = "88a8 2007";
    private static final int SEGMENT = 1_400;
    private static final int SUPER = 30_000;
    private static final int ETHERNET = 14;
    private static final byte[] LAST =
            TestFrame.udp().to(VIP, 9).payload(new byte[] {(byte) 0xEE}).build();

    private final Batch batch = new Batch(BATCH, Batch.LARGEST_FRAME);
    private final Batch outgoing = new Batch(BATCH, Batch.LARGEST_FRAME);
    private int v0;

    private void wire() {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            v0 = kernel.link("v0").orElseThrow().index();
        }
    }

    private static PcapPort far() throws PortException, UnknownHostException {
        PcapPort port = PcapPort.open("v1", FRAME_CAPACITY, BATCH);
        port.steer(new Steering(List.of(InetAddress.getByName(VIP), InetAddress.getByName(VIP6)), Set.of()));
        return port;
    }

    private int queue(byte[] frame, int segment) {
        int number = outgoing.add(frame.length, false);
        outgoing.frames().put(outgoing.at(number), frame);
        outgoing.sendSegmented(number, v0, segment);
        return number;
    }

    private void send(byte[]... frames) throws PortException {
        try (PcapPort near = PcapPort.open("v0", FRAME_CAPACITY, BATCH)) {
            outgoing.clear();
            for (byte[] frame : frames) {
                queue(frame, frame.length > FRAME_CAPACITY ? SEGMENT : Batch.WHOLE);
            }
            near.transmit(outgoing);
            for (int i = 0; i < outgoing.count(); i++) {
                assertThat(outgoing.errno(i)).isZero();
            }
        }
    }

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
                assertThat(batch.isCut(i)).isFalse();
                received.add(frame);
            }
            port.await(10);
        }
        throw new AssertionError("the last frame never came, after " + received.size() + " others");
    }

    private static byte[] tagged(String tags, byte[] frame) {
        return hex(MACS, tags, Octets.hex(frame).substring(2 * 12));
    }

    private static byte[] tcp6(byte[] payload, String extension) {
        int length = hex(extension).length + 20 + payload.length;
        byte[] frame = hex(
                MACS,
                "86dd 60000000",
                String.format("%04x", length),
                extension.isEmpty() ? "06" : "3c",
                "40 20010db8000c00000000000000000010 20010db8000f00000000000000000010",
                extension,
                "9c40 0050 11112222 33334444 50 10 ffff 0000 0000",
                Octets.hex(payload));
        return frame;
    }

    private static byte[] random(int octets) {
        byte[] payload = new byte[octets];
        new Random(octets).nextBytes(payload);
        return payload;
    }

    @Test
    void shouldReceiveAndSendFramesOfBothFamiliesWithTheirTags() throws Exception {
        wire();
        byte[] ipv4 = TestFrame.udp().to(VIP, 53).build();
        byte[] ipv6 = tcp6(random(40), "");
        byte[] solicitation = hex(
                "3333ff000010 020000000001 86dd 60000000 0018 3a ff fe800000000000000000000000000001",
                "ff0200000000000000000001ff000010 87 00 0000 00000000 20010db8000f00000000000000000010");
        byte[] arp =
                hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c6336401 000000000000 cb00710a");
        byte[] full = TestFrame.udp().to(VIP, 53).payload(random(1_472)).build();
        List<byte[]> frames = new ArrayList<>();
        for (byte[] frame : List.of(ipv4, ipv6, solicitation, arp)) {
            frames.addAll(List.of(frame, tagged(Q, frame), tagged(AD, frame), tagged(AD + Q, frame)));
        }
        frames.add(full);
        frames.add(tagged(Q, full));
        byte[] other = tagged(AD + Q, TestFrame.udp().to("203.0.113.11", 53).build());
        try (PcapPort far = far()) {
            send(frames.toArray(byte[][]::new));
            send(other, LAST);

            assertThat(receiveToTheLast(far)).containsExactlyElementsOf(frames);
        }
    }

    /** A super-packet has a ring of its own; which came first must still be told. */
    @Test
    void shouldReceiveSuperPacketsWholeAndInTheirOrder() throws Exception {
        wire();
        byte[] small = TestFrame.tcp().to(VIP, 80).payload(random(100)).build();
        byte[] large = TestFrame.tcp().to(VIP, 80).payload(random(60_000)).build();
        byte[] large6 = tcp6(random(SUPER), "");
        try (PcapPort far = far()) {
            int expected = 0;
            for (int round = 0; round < 20; round++) {
                send(small, large, small, small, tagged(Q, large6), large, small);
                expected += 7;
            }
            send(LAST);

            List<Integer> lengths =
                    receiveToTheLast(far).stream().map(frame -> frame.length).toList();
            assertThat(lengths).hasSize(expected);
            List<Integer> round = List.of(
                    small.length,
                    large.length,
                    small.length,
                    small.length,
                    large6.length + 4,
                    large.length,
                    small.length);
            for (int i = 0; i < expected; i++) {
                assertThat(lengths.get(i)).as("frame %d", i).isEqualTo(round.get(i % round.size()));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "IPv4,                        false, ''",
        "IPv4 tagged,                 false, " + Q,
        "IPv4 tagged twice,           false, " + AD + " " + Q,
        "IPv6,                        true,  ''",
        "IPv6 tagged,                 true,  " + Q,
    })
    void shouldHaveTheKernelSegment(String what, boolean ipv6, String tags) throws Exception {
        wire();
        // as a NIC that cannot: the kernel segments, and writes the checksums, before the frames leave
        sh("ethtool -K v0 tso off gso off tx off > /dev/null");
        byte[] payload = random(SUPER);
        byte[] whole = ipv6
                ? tcp6(payload, "06 00 01 04 00000000")
                : TestFrame.tcp().to(VIP, 80).payload(payload).build();
        byte[] frame = tags.isEmpty() ? whole : tagged(tags, whole);
        try (PcapPort far = far()) {
            send(frame);
            send(LAST);

            int at = ETHERNET + hex(tags).length;
            int tcpAt = at + (ipv6 ? 48 : 20);
            ByteBuffer collected = ByteBuffer.allocate(SUPER);
            for (byte[] segment : receiveToTheLast(far)) {
                ByteBuffer in = ByteBuffer.wrap(segment);
                int octets = segment.length - tcpAt - 20;
                assertThat(Arrays.copyOf(segment, at)).isEqualTo(Arrays.copyOf(frame, at));
                assertThat(octets).isLessThanOrEqualTo(SEGMENT);
                assertThat(in.getInt(tcpAt + 4)).isEqualTo(0x1111_2222 + collected.position());
                assertThat(sumOf(in, at, tcpAt, ipv6))
                        .as("the segment's checksum")
                        .isZero();
                collected.put(segment, tcpAt + 20, octets);
            }
            assertThat(collected.array()).isEqualTo(payload);
        }
    }

    /** 0 where header and payload agree with their checksums. */
    private static int sumOf(ByteBuffer frame, int ipAt, int tcpAt, boolean ipv6) {
        int octets = frame.limit() - tcpAt;
        int addresses = InternetChecksum.of(frame, ipv6 ? ipAt + 8 : ipAt + 12, ipv6 ? 32 : 8, 6 + octets);
        int transport = InternetChecksum.of(frame, tcpAt, octets, ~addresses & 0xFFFF);
        return ipv6 ? transport : transport | InternetChecksum.of(frame, ipAt, 20, 0);
    }

    @Test
    void shouldSayWhyASuperPacketCannotBeSent() throws Exception {
        wire();
        byte[] large = TestFrame.tcp().to(VIP, 80).payload(random(SUPER)).build();
        byte[] udp = TestFrame.udp().to(VIP, 80).payload(random(SUPER)).build();
        try (PcapPort near = PcapPort.open("v0", FRAME_CAPACITY, BATCH)) {
            outgoing.clear();
            queue(udp, SEGMENT);
            queue(large, Batch.WHOLE);
            near.transmit(outgoing);
            assertThat(outgoing.errno(0)).as("no TCP: EINVAL").isEqualTo(22);
            assertThat(outgoing.errno(1)).as("not to be segmented: EMSGSIZE").isEqualTo(90);

            sh("ip link set v0 down");
            outgoing.clear();
            queue(large, SEGMENT);
            near.transmit(outgoing);
            assertThat(outgoing.errno(0)).as("ENETDOWN").isEqualTo(100);
        }
    }
}
