package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.MemoryPort;
import dev.trigon.dataplane.port.MemoryPort.Sent;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.dataplane.wire.TestFrame;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker in a thread of its own, between a port in memory and a table that changes. */
class WorkerTest {
    private static final int ARP_AT = 12;

    private final FlowTable flowTable = FlowTable.inMemory(10_000);
    private final MemoryPort port = new MemoryPort();
    private final AtomicLong clockMs = new AtomicLong(1_800_000_000_000L);
    private final NextHopSlot hop = new NextHopSlot();
    private volatile ServiceTable inForce = ServiceTable.EMPTY;
    private final Worker worker = new Worker(
            Rig.arm(new ArmAddresses()),
            port,
            new Memory(
                    new FlowCache(flowTable, 1_024, FlowTimeouts.DEFAULT),
                    new Handshakes(64),
                    new Affinities(FlowTable.inMemory(64)),
                    new RateLimit(Integer.MAX_VALUE)),
            () -> inForce,
            clockMs::get,
            AnswerPolicy.DEFAULT);
    private final Thread thread = new Thread(worker, "worker-under-test");
    private final List<Sent> sent = new ArrayList<>();

    @BeforeEach
    void start() {
        resolve();
        thread.start();
    }

    @AfterEach
    void stop() throws Exception {
        worker.close();
        thread.join();
        flowTable.close();
    }

    private void resolve() {
        hop.set(new NextHop(Rig.EGRESS, Rig.EGRESS_MAC, Rig.SERVER_MACS | 11, Rig.MTU, true));
    }

    private void publish(Specs... services) {
        List<ServiceSpec> specs = Arrays.stream(services).map(Specs::spec).toList();
        ServiceTable next = Tables.compile(specs, inForce, a -> hop, 1, Set.of());
        inForce = next;
        worker.wake();
        until(() -> worker.adoptedVersion() == next.version());
    }

    private static void until(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadlineNs).as("in vain for 10 s").isNegative();
            Thread.onSpinWait();
        }
    }

    private boolean collected(int frames) {
        sent.addAll(port.takeSent());
        return sent.size() >= frames;
    }

    private Reading counted(long received) {
        until(() -> worker.counters().read().received() >= received);
        Reading reading = worker.counters().read();
        Rig.assertSumIsRight(reading);
        return reading;
    }

    private static Specs echo() {
        return service("echo").udp().backend(1, "10.2.0.11", 1);
    }

    private static byte[] numbered(int number) {
        return TestFrame.udp()
                .payload(new byte[] {(byte) number, (byte) (number >>> 8)})
                .build();
    }

    private static int number(Sent one) {
        return (one.frame()[42] & 0xFF) | (one.frame()[43] & 0xFF) << 8;
    }

    @Test
    void shouldSteerAndAnnounceAVipAndForwardItsPackets() {
        publish(echo());
        until(() -> collected(1));
        assertThat(sent.get(0).frame()[ARP_AT + 1]).as("ARP").isEqualTo((byte) 0x06);
        assertThat(port.steered()).hasSize(1);
        assertThat(port.steered().get(0).vips()).containsExactly(Specs.address("203.0.113.10"));
        sent.clear();

        for (int i = 0; i < 1_000; i++) {
            port.arrive(numbered(i));
        }
        until(() -> collected(1_000));

        for (int i = 0; i < 1_000; i++) {
            assertThat(number(sent.get(i))).isEqualTo(i);
        }
        assertThat(counted(1_000).of(Verdict.FORWARDED)).isEqualTo(1_000);
        assertThat(flowTable.size()).isOne();
    }

    @Test
    void shouldGoOnAndCountWhatWasLostWhenAFaultMeetsABatch() {
        publish(echo());
        // the announcement is out: the next batch is the one with the packet
        until(() -> collected(1));
        sent.clear();
        port.breakOnce();
        port.arrive(numbered(1));
        assertThat(counted(1).of(DropReason.FAULT)).isOne();

        port.arrive(numbered(2));
        until(() -> collected(1));

        assertThat(number(sent.get(0))).isEqualTo(2);
        assertThat(counted(2).of(Verdict.FORWARDED)).isOne();
    }

    @Test
    void shouldCountWhatWasTakenWhenAFaultMeetsItsTaking() {
        publish(echo());
        until(() -> collected(1));
        sent.clear();
        port.arrive(numbered(1));
        until(() -> collected(1));
        sent.clear();
        port.breakReceivingOnce();
        port.arrive(numbered(2));
        assertThat(counted(2).of(DropReason.FAULT)).isOne();

        port.arrive(numbered(3));
        until(() -> collected(1));
        assertThat(number(sent.get(0))).isEqualTo(3);
        assertThat(counted(3).of(Verdict.FORWARDED)).isEqualTo(2);
    }

    @Test
    void shouldNotSteerAnewWhenOnlyBackendsChange() {
        publish(echo());
        publish(service("echo").udp().backend(1, "10.2.0.11", 7).backend(2, "10.2.0.12", 1));
        publish(echo(), service("web").vip("203.0.113.11").backend(3, "10.2.0.12", 1));
        publish();

        assertThat(port.steered())
                .extracting(steering -> steering.vips().size())
                .containsExactly(1, 2, 0);
    }

    @Test
    void shouldKeepTheOrderOfPacketsThatWaited() {
        hop.set(null);
        publish(echo());
        until(() -> collected(1));
        sent.clear();
        for (int i = 0; i < 20; i++) {
            port.arrive(numbered(i));
        }
        assertThat(counted(20).of(Verdict.WAITING)).isEqualTo(20);

        resolve();
        for (int i = 20; i < 200; i++) {
            port.arrive(numbered(i));
        }
        until(() -> collected(200));

        Reading reading = counted(200);
        assertThat(reading.of(Verdict.FORWARDED)).isEqualTo(200);
        // what came while the hop was being set may overtake those 20; among themselves none may
        List<Integer> waited =
                sent.stream().map(WorkerTest::number).filter(n -> n < 20).toList();
        List<Integer> came =
                sent.stream().map(WorkerTest::number).filter(n -> n >= 20).toList();
        assertThat(waited).hasSize(20).isSorted();
        assertThat(came).hasSize(180).isSorted();
    }

    @Test
    void shouldGiveUpOnPacketsThatWaitInVain() {
        hop.set(null);
        publish(echo());
        port.arrive(numbered(1));
        assertThat(counted(1).of(Verdict.WAITING)).isOne();

        clockMs.addAndGet(WaitingRoom.PATIENCE_MS);

        until(() -> worker.counters().read().of(DropReason.NEXT_HOP_UNRESOLVED) == 1);
        assertThat(counted(1).of(Verdict.WAITING)).isZero();
    }

    @Test
    void shouldCountWhatTheKernelRefuses() {
        publish(echo());
        until(() -> collected(1));
        port.refuse(105);

        port.arrive(numbered(1));

        assertThat(counted(1).of(DropReason.EGRESS_FULL)).isOne();
    }

    @Test
    void shouldShowWhatItObserves() {
        publish(echo());
        port.arrive(numbered(1));
        counted(1);
        clockMs.addAndGet(1_000);
        worker.wake();

        until(() -> worker.counters().read().of(Observed.FLOW_CACHE_MISSES) == 1);
        until(() -> worker.counters().read().of(Observed.ANNOUNCEMENTS) >= 1);
    }

    @Test
    void shouldSleepWhenNothingArrives() {
        publish(echo());
        long id = thread.getId();
        var beans = ManagementFactory.getThreadMXBean();
        until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        long cpuBefore = beans.getThreadCpuTime(id);
        long beganNs = System.nanoTime();
        until(() -> System.nanoTime() - beganNs > TimeUnit.MILLISECONDS.toNanos(300));

        long tookMs = TimeUnit.NANOSECONDS.toMillis(beans.getThreadCpuTime(id) - cpuBefore);

        assertThat(tookMs).as("CPU time of 300 ms of idleness").isLessThan(60);
    }

    @Test
    void shouldWriteOutItsFlowsAndCloseItsPortWhenItEnds() throws Exception {
        publish(echo());
        for (int i = 0; i < 3; i++) {
            port.arrive(numbered(i));
        }
        counted(3);

        worker.close();
        thread.join();

        assertThat(port.isClosed()).isTrue();
        long[] packets = {0};
        flowTable.forEach(flow -> packets[0] += flow.packets());
        assertThat(packets[0]).isEqualTo(3);
    }
}
