package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packet path allocates nothing a packet: what it does allocate must not grow with their number. */
class AllocationTest {
    private static final int PACKETS = 1_000_000;
    private static final int NEW_FLOWS = 300_000;
    private static final int KNOWN_FLOWS = 512;
    private static final long BOUND_OCTETS = 64 * 1024;
    private static final int SOURCE_AT = TestFrame.ETHERNET + 12;
    private static final int FLAGS_AT = TestFrame.ETHERNET + 20 + 13;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Rig rig = new Rig();
    private final ByteBuffer[] templates = {
        direct(TestFrame.tcp().to("203.0.113.10", 80)),
        direct(TestFrame.udp().to("203.0.113.10", 53)),
        direct(TestFrame.tcp().to("203.0.113.20", 80)),
        direct(TestFrame.udp().to("203.0.113.20", 53))
    };

    private static ByteBuffer direct(TestFrame frame) {
        byte[] octets = frame.payload(new byte[20]).build();
        return ByteBuffer.allocateDirect(octets.length).put(0, octets);
    }

    @BeforeEach
    void serve() {
        rig.serve(
                backends(service("a"), 10),
                backends(service("b").udp().ports(new PortRange(53, 53)).maglev(), 20),
                backends(service("c").vip("203.0.113.20").l3dsr(3).maglev(), 30),
                backends(service("d").vip("203.0.113.20").l3dsr(3).udp().ports(new PortRange(53, 53)), 40));
    }

    private static Specs backends(Specs specs, int firstId) {
        for (int i = 0; i < 5; i++) {
            specs.backend(firstId + i, "10.2.0." + (11 + i), 100);
        }
        return specs;
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** Packets of the given client addresses, in batches, the whole way. */
    private void drive(int packets, int clients, int firstClient) {
        for (int number = 0; number < packets; ) {
            rig.batch.clear();
            while (!rig.batch.isFull()) {
                write(number, firstClient + number % clients);
                number++;
            }
            rig.counters.received(rig.batch.count());
            rig.forwarder.decide(rig.batch, rig.table, rig.nowMs);
            rig.forwarder.settle(rig.batch);
            rig.flows.writeBehind(rig.nowMs, 128);
            rig.forwarder.observe();
            rig.counters.show();
            rig.nowMs += number % 8 == 0 ? 1 : 0;
        }
    }

    private void write(int number, int client) {
        ByteBuffer template = templates[number & 3];
        int at = rig.batch.at(rig.batch.add(template.capacity(), false));
        rig.batch.frames().put(at, template, 0, template.capacity());
        rig.batch.frames().putInt(at + SOURCE_AT, client);
        if ((number & 1) == 0) {
            // every thirteenth opens, every eleventh ends a flow
            int flags = number % 13 == 0 ? 0x02 : number % 11 == 0 ? 0x11 : 0x10;
            rig.batch.frames().put(at + FLAGS_AT, (byte) flags);
        }
    }

    private void assertAllocatesNothing(String what, int number, IntConsumer packets) {
        // in pieces: the compiler is done with a method only once it has been left and entered again
        packets.accept(number / 6);
        packets.accept(number / 6);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        packets.accept(number);
        long grown = THREADS.getCurrentThreadAllocatedBytes() - before;

        System.out.printf("Allocated by %,d packets of %s: %,d octets%n", number, what, grown);
        Rig.assertSumIsRight(rig.counters.read());
        assertThat(rig.counters.read().of(Verdict.FORWARDED))
                .isEqualTo(rig.counters.read().received());
        assertThat(grown).isLessThan(BOUND_OCTETS);
    }

    /** Or all the rest here would prove nothing. */
    @Test
    void shouldNoticeAnAllocation() {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        byte[] octets = new byte[1_000];
        long grown = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(octets).hasSize(1_000);
        assertThat(grown).isGreaterThanOrEqualTo(octets.length);
    }

    @Test
    void shouldAllocateNothingOnKnownFlows() {
        assertAllocatesNothing("known flows", PACKETS, packets -> drive(packets, KNOWN_FLOWS, 1 << 24));
    }

    /** The table is full before long: placing a flow and failing to store it allocates nothing either. */
    @Test
    void shouldAllocateNothingOnNewFlows() {
        int[] next = {1 << 24};
        assertAllocatesNothing("new flows", NEW_FLOWS, packets -> {
            drive(packets, packets, next[0]);
            next[0] += packets;
        });
        assertThat(rig.flowTable.size()).isGreaterThan(50_000);
        assertThat(rig.reading().of(Observed.FLOWS_NOT_REMEMBERED)).isPositive();
    }

    /** What is no TCP or UDP packet on its way: pieces in both orders, ICMP, packets that die, neighbours. */
    @Test
    void shouldAllocateNothingOnAllTheRest() {
        String vip6 = "2001:db8:f::10";
        rig.serve(
                backends(service("a").maglev(), 10),
                backends(service("b").udp().ports(new PortRange(53, 53)).maglev(), 20),
                backends(service("c").vip("203.0.113.20").l3dsr(3).maglev(), 30),
                service("d").vip(vip6).backend(40, "2001:db8:2::11", 1));
        TestFrame dns = TestFrame.udp().to("203.0.113.10", 53).payload(new byte[100]);
        List<byte[]> inOrder = dns.identification(1).fragments(64);
        List<byte[]> reversed = dns.identification(2).fragments(64);
        TestFrame reply = TestFrame.tcp().from("203.0.113.10", 80).to("198.51.100.10", 9);
        byte[][] frames = {
            inOrder.get(0),
            inOrder.get(1),
            reversed.get(1),
            reversed.get(0),
            dns.identification(3).fragments(64).get(1),
            TestFrame.echoRequest(1, 2).build(),
            TestFrame.icmpError(3, 4, 1_280, reply, 40).build(),
            TestFrame.tcp().to("203.0.113.20", 80).ttl(1).build(),
            TestFrame.tcp().ipv6().to(vip6, 80).build(),
            TestFrame.neighborSolicitation(vip6).from("fe80::1", 0).build(),
            TestFrame.tcp().to("203.0.113.10", 80).payload(new byte[3_000]).build()
        };
        IntConsumer drive = packets -> drive(frames, packets);
        drive.accept(PACKETS / 10);
        drive.accept(PACKETS / 10);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        drive.accept(PACKETS / 2);
        long grown = THREADS.getCurrentThreadAllocatedBytes() - before;

        System.out.printf("Allocated by %,d packets of all the rest: %,d octets%n", PACKETS / 2, grown);
        Rig.assertSumIsRight(rig.counters.read());
        rig.forwarder.observe();
        rig.counters.show();
        Counters.Reading met = rig.counters.read();
        assertThat(List.of(
                        met.of(Verdict.FORWARDED),
                        met.of(Verdict.ANSWERED),
                        met.of(DropReason.TTL_EXPIRED),
                        met.of(DropReason.FRAGMENT_ORPHAN),
                        met.of(Observed.ICMP_ERRORS_SENT),
                        met.of(Observed.FRAGMENTED_DATAGRAMS)))
                .allMatch(count -> count > 100);
        assertThat(grown).isLessThan(BOUND_OCTETS);
    }

    private void drive(byte[][] frames, int packets) {
        for (int number = 0; number < packets; rig.nowMs += 50) {
            rig.batch.clear();
            rig.forwarder.release(rig.batch, rig.nowMs);
            int released = rig.batch.count();
            for (; !rig.batch.isFull(); number++) {
                byte[] frame = frames[number % frames.length];
                rig.batch.frames().put(rig.batch.at(rig.batch.add(frame.length, false)), frame);
            }
            rig.counters.received(rig.batch.count() - released);
            rig.forwarder.decide(rig.batch, rig.table, rig.nowMs);
            rig.forwarder.settle(rig.batch);
            rig.flows.writeBehind(rig.nowMs, 128);
            rig.counters.show();
        }
    }
}
