package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.dataplane.answer.Announcer;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread, one port: takes what has arrived, decides it, sends it, counts it, and sleeps when there is nothing. It
 * looks at the service table once a batch.
 */
public final class Worker implements Runnable, AutoCloseable {
    public static final int BATCH = 64;

    /** How long to sleep when nothing arrives: what must be seen to meanwhile can wait as long. */
    private static final int IDLE_MS = 100;
    /** While packets wait for a next hop, look often. */
    private static final int WAITING_MS = 1;
    /**
     * Flows to write behind at a time: a write takes about as long as some packets do, and the next batch waits for as many.
     * When there is nothing else to do it goes on until nothing is owed, with a look at what has arrived after each few.
     */
    private static final int SWEEP = 32;

    private static final long OBSERVE_EVERY_MS = 200;
    private static final long COMPLAIN_EVERY_MS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final PacketPort port;
    private final FlowCache flows;
    private final Supplier<ServiceTable> inForce;
    private final LongSupplier clockMs;
    private final Counters counters = new Counters();
    private final Forwarder forwarder;
    private final Announcer announcer;
    private final Batch batch;

    private ServiceTable table = ServiceTable.EMPTY;
    private volatile long adoptedVersion = -1;
    private volatile int adoptedGeneration;
    private volatile boolean stopping;
    private long observedMs;
    private long complainedMs;
    private boolean unsettled;
    /** How many of the batch are among those that were received. */
    private int counted;

    /**
     * Prepares a worker; {@link #run} is for the thread it gets.
     *
     * @param inForce the table in force now
     * @param clockMs wall-clock milliseconds that never step back
     */
    public Worker(
            Arm arm,
            PacketPort port,
            Memory memory,
            Supplier<ServiceTable> inForce,
            LongSupplier clockMs,
            AnswerPolicy policy) {
        this.port = port;
        this.flows = memory.flows();
        this.inForce = inForce;
        this.clockMs = clockMs;
        this.forwarder = new Forwarder(arm, memory, counters, BATCH, policy);
        this.announcer = new Announcer(port, arm.mac(), arm.ifIndex(), BATCH);
        this.batch = port.newBatch(BATCH);
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                stepSafely();
            }
        } finally {
            try {
                end();
            } finally {
                port.close();
            }
        }
    }

    /** Its counters stay, with everything counted; what it knows of flows is the table's. */
    private void end() {
        forwarder.end();
        try {
            flows.close();
            observe();
        } finally {
            counters.show();
        }
    }

    /** A fault costs the batch it happened in, and not every packet from then on. */
    private void stepSafely() {
        try {
            step();
        } catch (RuntimeException e) {
            if (unsettled) {
                counters.received(batch.count() - counted);
                forwarder.abandon(batch);
                unsettled = false;
                counters.show();
            }
            long nowMs = clockMs.getAsLong();
            if (nowMs - complainedMs >= COMPLAIN_EVERY_MS) {
                complainedMs = nowMs;
                LOG.error("a fault in vipd; the packets of one batch are lost", e);
            }
            port.await(1);
        }
    }

    private void step() {
        long nowMs = clockMs.getAsLong();
        if (inForce.get() != table) {
            adopt(inForce.get(), nowMs);
        }
        flows.refresh();
        adoptedGeneration = flows.generation();
        batch.clear();
        forwarder.release(batch, nowMs);
        counted = batch.count();
        unsettled = true;
        port.receive(batch);
        counters.received(batch.count() - counted);
        counted = batch.count();
        if (batch.count() > 0) {
            forwarder.decide(batch, table, nowMs);
            port.transmit(batch);
            forwarder.settle(batch);
        }
        unsettled = false;
        boolean idle = batch.count() == 0;
        boolean owesNothing = writeBehind(idle, nowMs) < SWEEP;
        announcer.tick(nowMs);
        observeNowAndThen(nowMs);
        counters.show();
        if (idle && owesNothing) {
            port.await(forwarder.isAnyWaiting() ? WAITING_MS : IDLE_MS);
        }
    }

    private int writeBehind(boolean idle, long nowMs) {
        return idle || flows.isPressed() ? flows.writeSoon(nowMs, SWEEP) : flows.writeBehind(nowMs, SWEEP);
    }

    private void adopt(ServiceTable newTable, long nowMs) {
        Steering after = steering(newTable);
        if (!after.equals(steering(table))) {
            steer(after);
        }
        List<InetAddress> appeared = after.vips().stream()
                .filter(vip -> Announcer.isAnswered(vip, newTable) && !Announcer.isAnswered(vip, table))
                .toList();
        table = newTable;
        announcer.announce(appeared, newTable, nowMs);
        adoptedVersion = newTable.version();
    }

    private static Steering steering(ServiceTable table) {
        Set<InetAddress> own =
                table.allVips().stream().filter(Vip::isOwn).map(Vip::address).collect(Collectors.toSet());
        return new Steering(table.allVips().stream().map(Vip::address).toList(), own);
    }

    /** A capture that will not be steered anew goes on as it was: what it brings in is still taken care of. */
    private void steer(Steering wanted) {
        try {
            port.steer(wanted);
        } catch (RuntimeException e) {
            LOG.error("packets for a new VIP will not come in", e);
        }
    }

    private void observeNowAndThen(long nowMs) {
        if (nowMs - observedMs >= OBSERVE_EVERY_MS) {
            observedMs = nowMs;
            observe();
        }
    }

    private void observe() {
        counters.observe(Observed.CAPTURE_DROPS, port.kernelDrops());
        counters.observe(Observed.ANNOUNCEMENTS, announcer.sent());
        counters.observe(Observed.FLOW_CACHE_HITS, flows.hits());
        counters.observe(Observed.FLOW_CACHE_MISSES, flows.misses());
        counters.observe(Observed.FLOW_CACHE_EVICTIONS, flows.evictions());
        counters.observe(Observed.FLOW_TABLE_FULL, flows.tableFull());
        forwarder.observe();
    }

    /** The version of the table that this worker uses. Any thread. */
    public long adoptedVersion() {
        return adoptedVersion;
    }

    /** The generation of the flow table whose removals this worker has taken notice of. Any thread. */
    public int adoptedGeneration() {
        return adoptedGeneration;
    }

    public Counters counters() {
        return counters;
    }

    /** Ends a sleep, so that a new table is seen at once. Any thread. */
    public void wake() {
        port.wake();
    }

    /** Asks the worker to end; its thread writes out what its cache holds and closes the port. Any thread. */
    @Override
    public void close() {
        stopping = true;
        port.wake();
    }
}
