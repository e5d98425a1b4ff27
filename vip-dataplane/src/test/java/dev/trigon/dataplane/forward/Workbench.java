package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Tables;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * All of a worker but its port, to be measured: batches of a scene's frames arrive, and go through all that is done to
 * them between receiving and sending. Time goes by as if a million packets a second came, so that what is written behind is
 * in the figures.
 */
final class Workbench implements AutoCloseable {
    static final long START_MS = 1_800_000_000_000L;

    /** As an AF_XDP port has them. */
    private static final int FRAME_CAPACITY = 2_048;

    private static final int PACKETS_PER_MS = 1_000;
    private static final int SWEEP = 128;
    private static final int ORDER_MASK = (1 << 20) - 1;
    private static final int MOST_FLOWS = 1 << 21;
    /** The default. */
    private static final int CACHED_FLOWS = 1 << 20;

    final FlowTable flowTable = FlowTable.inMemory(MOST_FLOWS);
    final FlowCache cache = new FlowCache(flowTable, CACHED_FLOWS, FlowTimeouts.DEFAULT);
    final Memory memory;
    final Batch batch = new Batch(Worker.BATCH, FRAME_CAPACITY);
    final ServiceTable services;
    private final FlowTable clientTable = FlowTable.inMemory(1_024);
    private final Counters counters = new Counters();
    private final Forwarder forwarder;
    private final Traffic traffic;
    private final int[] order = new int[ORDER_MASK + 1];
    private final FlowKey key = new FlowKey();
    private final FlowRecord record = new FlowRecord();
    private int next;
    private long packets;

    Workbench(Scene scene, int newFlowsPerSecond) {
        memory = new Memory(
                cache,
                new Handshakes(Handshakes.DEFAULT_ENTRIES),
                new Affinities(clientTable),
                new RateLimit(newFlowsPerSecond));
        forwarder = new Forwarder(Rig.arm(new ArmAddresses()), memory, counters, Worker.BATCH, AnswerPolicy.DEFAULT);
        traffic = new Traffic(scene);
        Map<InetAddress, NextHopSlot> hops = new HashMap<>();
        services = Tables.compile(
                scene.services(), null, address -> hops.computeIfAbsent(address, a -> slot()), 1, Set.of());
    }

    private static NextHopSlot slot() {
        NextHopSlot slot = new NextHopSlot();
        slot.set(new NextHop(Rig.EGRESS, Rig.EGRESS_MAC, Rig.SERVER_MACS, Rig.MTU, true));
        return slot;
    }

    /** Lets flows begin, evenly over the time that writes are put off: or all would be due at once again and again. */
    Workbench know(int flows) {
        for (int flow = 0; flow < flows; ) {
            batch.clear();
            while (!batch.isFull() && flow < flows) {
                traffic.write(batch, flow++);
            }
            pass(START_MS - FlowTimeouts.DEFAULT.writeBehindMs() * (flows - flow) / flows);
        }
        SplittableRandom random = new SplittableRandom(flows);
        for (int i = 0; i < order.length; i++) {
            order[i] = random.nextInt(flows);
        }
        return this;
    }

    /** A batch of those flows, in the order in which nobody can guess which comes next. */
    void arrive() {
        batch.clear();
        while (!batch.isFull()) {
            traffic.write(batch, order[next++ & ORDER_MASK]);
        }
    }

    /** A batch of flows that follow each other. */
    void arrive(int firstFlow) {
        batch.clear();
        for (int flow = firstFlow; !batch.isFull(); flow++) {
            traffic.write(batch, flow);
        }
    }

    /** Removes flows that follow each other from the table, and what the cache has to write of them. */
    void forget(int firstFlow, int flows) {
        cache.writeAll();
        for (int flow = firstFlow; flow < firstFlow + flows; flow++) {
            flowTable.remove(traffic.key(flow, key), record);
        }
    }

    /** What {@link Worker} does with a batch. */
    void pass() {
        packets += batch.count();
        pass(nowMs());
    }

    long nowMs() {
        return START_MS + packets / PACKETS_PER_MS;
    }

    private void pass(long nowMs) {
        cache.refresh();
        counters.received(batch.count());
        forwarder.decide(batch, services, nowMs);
        forwarder.settle(batch);
        cache.writeBehind(nowMs, SWEEP);
        counters.show();
    }

    @Override
    public void close() throws IOException {
        flowTable.close();
        clientTable.close();
        Counters.Reading all = counters.read();
        if (all.of(Verdict.FORWARDED) != all.received()) {
            throw new IllegalStateException("not every packet was forwarded: this measured something else");
        }
    }
}
