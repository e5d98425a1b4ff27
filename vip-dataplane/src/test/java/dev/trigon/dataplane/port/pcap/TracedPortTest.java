package dev.trigon.dataplane.port.pcap;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.MemoryPort;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.port.fault.FaultyPort;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.NetworkNamespace;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.Pcaps;

@Timeout(30)
@ExtendWith(NetworkNamespace.class)
class TracedPortTest {
    private static final int BATCH = 64;
    private static final int ENETDOWN = 100;

    @TempDir
    Path directory;

    private final MemoryPort wire = new MemoryPort();
    private final Batch batch = new Batch(BATCH, Batch.LARGEST_FRAME);

    private static byte[] frame(int mark) {
        return TestFrame.udp().payload(new byte[] {(byte) mark}).build();
    }

    private void queue(byte[] frame, int egress) {
        int number = batch.add(frame.length, false);
        batch.frames().put(batch.at(number), frame);
        batch.send(number, egress);
    }

    private List<byte[]> read(String file) throws Exception {
        List<byte[]> frames = new ArrayList<>();
        PcapHandle handle = Pcaps.openOffline(directory.resolve(file).toString(), TimestampPrecision.NANO);
        try {
            for (byte[] frame = handle.getNextRawPacket(); frame != null; frame = handle.getNextRawPacket()) {
                frames.add(frame);
                Instant time = handle.getTimestamp().toInstant();
                assertThat(Duration.between(time, Instant.now())).isBetween(Duration.ZERO, Duration.ofMinutes(1));
            }
        } finally {
            handle.close();
        }
        return frames;
    }

    @Test
    void shouldWriteWhatComesInAndWhatGoesOut() throws Exception {
        byte[] large = new byte[Batch.LARGEST_FRAME];
        large[1] = 1;
        try (TracedPort port = TracedPort.open(wire, "eth0", directory, 100)) {
            wire.arrive(frame(1));
            wire.arrive(frame(2));
            batch.clear();
            queue(frame(9), Batch.STAYS);
            port.receive(batch);
            batch.send(1, 3);
            queue(large, 4);
            port.transmit(batch);
            batch.clear();
            queue(frame(3), 4);
            batch.trim(0, 2);
            wire.refuse(ENETDOWN);
            port.transmit(batch);
            wire.refuse(0);
            port.transmit(batch);
        }

        assertThat(read("eth0-in.pcap")).containsExactly(frame(1), frame(2));
        List<byte[]> out = read("eth0-out.pcap");
        assertThat(out).hasSize(2).startsWith(frame(1), large);
        assertThat(wire.takeSent()).hasSize(3);
        assertThat(wire.isClosed()).isTrue();
        sh("tcpdump -n -r " + directory + "/eth0-in.pcap 2>&1 | grep -c UDP | grep -qx 2");
    }

    @Test
    void shouldStopWhenAFileHasItsPackets() throws Exception {
        try (TracedPort port = TracedPort.open(wire, "eth0", directory, 3)) {
            for (int i = 0; i < 10; i++) {
                wire.arrive(frame(i));
                batch.clear();
                port.receive(batch);
                assertThat(batch.count()).isOne();
            }
        }

        assertThat(read("eth0-in.pcap")).containsExactly(frame(0), frame(1), frame(2));
        assertThat(read("eth0-out.pcap")).isEmpty();
    }

    @Test
    void shouldBeginAnewInPlaceOfAFormerTrace() throws Exception {
        Files.writeString(directory.resolve("eth0-in.pcap"), "former".repeat(1_000));

        TracedPort.open(wire, "eth0", directory, 3).close();

        assertThat(read("eth0-in.pcap")).isEmpty();
    }

    @Test
    void shouldMakeTheDirectoryAndSayWhenItCannot() throws Exception {
        TracedPort.open(wire, "eth0", directory.resolve("a/b"), 3).close();
        assertThat(directory.resolve("a/b/eth0-out.pcap")).exists();

        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> TracedPort.open(wire, "eth0", file, 3))
                .isInstanceOf(PortException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("trace.directory");
    }

    /** /dev/full takes nothing, and says so when it is flushed. */
    @Test
    void shouldGoOnForwardingWhenTheDiskIsFull() throws Exception {
        Files.createSymbolicLink(directory.resolve("eth0-in.pcap"), Path.of("/dev/full"));
        try (TracedPort port = TracedPort.open(wire, "eth0", directory, 100_000)) {
            for (int i = 0; i < 1_000; i++) {
                wire.arrive(frame(i));
                batch.clear();
                port.receive(batch);
                assertThat(batch.count()).isOne();
            }
            while (port.isWriting()) {
                LockSupport.parkNanos(1_000_000);
            }
            wire.arrive(frame(1));
            batch.clear();
            port.receive(batch);
            assertThat(batch.count()).isOne();
        }
    }

    /** Another thread reads what is put, through a ring that is many times too small for all of it. */
    @Test
    void shouldGiveEveryFrameThatFoundRoomWholeAndInOrder() throws Exception {
        TraceRing ring = new TraceRing(1 << 14);
        int frames = 200_000;
        List<String> wrong = new ArrayList<>();
        int[] taken = new int[1];
        boolean[] done = new boolean[1];
        Thread reader = new Thread(() -> {
            int[] last = {-1};
            while (!done[0]) {
                ring.take((frame, direction, timeNs) -> {
                    int number = (int) timeNs;
                    boolean whole = frame.length == lengthOf(number) && direction == (number & 1);
                    for (byte octet : frame) {
                        whole &= octet == (byte) number;
                    }
                    if (!whole || number <= last[0]) {
                        wrong.add("frame " + number + " after " + last[0]);
                    }
                    last[0] = number;
                    taken[0]++;
                    done[0] = number == frames;
                });
            }
        });
        reader.start();
        int put = 0;
        for (int number = 0; number <= frames; number++) {
            batch.clear();
            int octets = lengthOf(number);
            int frame = batch.add(octets, false);
            for (int i = 0; i < octets; i++) {
                batch.frames().put(batch.at(frame) + i, (byte) number);
            }
            boolean room = ring.put(batch, frame, number & 1, number);
            while (!room && number == frames) {
                room = ring.put(batch, frame, number & 1, number);
            }
            put += room ? 1 : 0;
        }
        reader.join();

        assertThat(wrong).isEmpty();
        assertThat(taken[0]).isEqualTo(put);
    }

    private static int lengthOf(int number) {
        return number % 97 * 13;
    }

    /** Both, around a real port: what is sent on v1 comes in at v0 with faults, and the trace has what came of it. */
    @Test
    void shouldWorkAroundARealPort() throws Exception {
        sh("ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:01");
        sh("ip addr add 203.0.113.10/24 dev v1; ip link set v0 up; ip link set v1 up");
        sh("ip neigh add 203.0.113.11 lladdr 02:00:00:00:00:02 dev v1");
        Faults faults = new Faults(5, 0.2, 0.2, 0.2, 0, Duration.ofMillis(1), Faults.Side.IN);
        FaultyPort faulty = new FaultyPort(PcapPort.open("v0", 1_600, BATCH), faults, BATCH, System::nanoTime);
        long received = 0;
        try (PacketPort port = TracedPort.open(faulty, "v0", directory, 10_000)) {
            port.steer(new Steering(List.of(InetAddress.getByName("203.0.113.11")), Set.of()));
            sh("ping -q -c 200 -i 0.002 -W 0.1 203.0.113.11 || true");
            long idleSinceNs = System.nanoTime();
            while (System.nanoTime() - idleSinceNs < 200_000_000) {
                batch.clear();
                port.receive(batch);
                received += batch.count();
                if (batch.count() > 0) {
                    idleSinceNs = System.nanoTime();
                }
                port.await(10);
            }
        }

        System.out.println("TracedPort: " + faulty.tallyIn());
        assertThat(faulty.tallyIn().offered()).isEqualTo(200);
        assertThat(faulty.tallyIn().held()).isZero();
        assertThat(received)
                .isEqualTo(faulty.tallyIn().delivered())
                .isEqualTo(
                        200 + faulty.tallyIn().duplicated() - faulty.tallyIn().lost());
        assertThat(read("v0-in.pcap")).hasSize((int) received);
        sh("tcpdump -n -r " + directory + "/v0-in.pcap 2>&1 | grep -c 'ICMP echo request' | grep -qx " + received);
    }
}
