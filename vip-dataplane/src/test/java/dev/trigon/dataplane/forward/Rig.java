package dev.trigon.dataplane.forward;

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
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A forwarder with all it needs, and no wire: a frame goes in, and what became of it comes out. */
final class Rig implements AutoCloseable {
    static final int INGRESS = 2;
    static final int EGRESS = 3;
    static final int MTU = 1_500;
    static final int FRAME_CAPACITY = 2_048;
    static final long EGRESS_MAC = 0x0200_0000_0003L;
    /** Of 10.2.0.n: 02:00:00:00:00:n. */
    static final long SERVER_MACS = 0x0200_0000_0000L;

    /**
     * What became of one frame.
     *
     * @param frame as it left; null if it did not
     */
    record Outcome(Verdict verdict, @Nullable DropReason reason, int egress, byte @Nullable [] frame) {}

    private static final byte[] BEHIND = Octets.read(Octets.junk(64), 0, 64);

    final FlowTable flowTable = FlowTable.inMemory(100_000);
    final FlowTable clientTable = FlowTable.inMemory(10_000);
    final FlowCache flows = new FlowCache(flowTable, 1_024, FlowTimeouts.DEFAULT);
    final Counters counters = new Counters();
    final Forwarder forwarder;
    final Batch batch = new Batch(Worker.BATCH, Batch.LARGEST_FRAME);
    private final Map<InetAddress, NextHopSlot> hops = new HashMap<>();
    private final int[] behind = new int[Worker.BATCH];
    ServiceTable table = ServiceTable.EMPTY;
    Set<InetAddress> ownAddresses = Set.of();
    long nowMs = 1_800_000_000_000L;

    Rig() {
        this(AnswerPolicy.DEFAULT);
    }

    Rig(AnswerPolicy policy) {
        this(policy, new ArmAddresses());
    }

    Rig(AnswerPolicy policy, ArmAddresses addresses) {
        this(policy, addresses, new RateLimit(Integer.MAX_VALUE));
    }

    /** One that remembers so many new flows a second. */
    static Rig remembering(int newFlowsPerSecond) {
        return new Rig(AnswerPolicy.DEFAULT, new ArmAddresses(), new RateLimit(newFlowsPerSecond));
    }

    private Rig(AnswerPolicy policy, ArmAddresses addresses, RateLimit newFlows) {
        Handshakes handshakes = new Handshakes(32_768);
        Memory memory = new Memory(flows, handshakes, new Affinities(clientTable), newFlows);
        forwarder = new Forwarder(arm(addresses), memory, counters, Worker.BATCH, policy);
    }

    static Arm arm(ArmAddresses addresses) {
        return new Arm(0, "eth0", INGRESS, TestFrame.GATEWAY_MAC, MTU, FRAME_CAPACITY, addresses);
    }

    /** Puts these services in force, and no others. */
    Rig serve(Specs... services) {
        List<ServiceSpec> specs = Arrays.stream(services).map(Specs::spec).toList();
        return serve(new Configured(specs, List.of()));
    }

    Rig serve(Configured configured) {
        Surroundings around = new Surroundings(
                this::slot, 1, ownAddresses, FlowTimeouts.DEFAULT, id -> Condition.WELL, flowTable::activeFlowsOf);
        table = ServiceTable.compile(configured, table, around);
        return this;
    }

    private NextHopSlot slot(InetAddress address) {
        return hops.computeIfAbsent(address, a -> {
            NextHopSlot slot = new NextHopSlot();
            slot.set(hop(lastOctet(a), MTU));
            return slot;
        });
    }

    private static int lastOctet(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets[octets.length - 1];
    }

    private static NextHop hop(int lastOctet, int mtu) {
        return new NextHop(EGRESS, EGRESS_MAC, SERVER_MACS | lastOctet, mtu, true);
    }

    void resolve(String address, int mtu) {
        InetAddress to = Specs.address(address);
        slot(to).set(hop(lastOctet(to), mtu));
    }

    /** From now on it is behind the interface that packets come in by. */
    void resolveOnIngress(String address) {
        InetAddress to = Specs.address(address);
        slot(to).set(new NextHop(INGRESS, EGRESS_MAC, SERVER_MACS | lastOctet(to), MTU, true));
    }

    /** From now on the way there leads through a router. */
    void reroute(String address) {
        slot(Specs.address(address)).set(new NextHop(EGRESS, EGRESS_MAC, SERVER_MACS | 1, MTU, false));
    }

    void unresolve(String address) {
        slot(Specs.address(address)).set(null);
    }

    Outcome send(TestFrame frame) {
        return send(frame.build());
    }

    Outcome send(byte[] frame) {
        return send(frame, false, 0);
    }

    /** Through the whole way, in a batch of one; the kernel's answer to a send is given. */
    Outcome send(byte[] frame, boolean cut, int errno) {
        Reading before = reading();
        batch.clear();
        receive(frame, cut);
        pass(errno);
        Reading after = reading();
        boolean leaves = batch.egress(0) != Batch.STAYS;
        return new Outcome(
                difference(before, after),
                dropReason(before, after),
                batch.egress(0),
                leaves && errno == 0 ? frame(0) : null);
    }

    void receive(byte[] frame, boolean cut) {
        int number = batch.add(frame.length, cut);
        batch.frames().put(batch.at(number), frame);
        batch.frames().put(batch.at(number) + frame.length, BEHIND);
        behind[number] = batch.at(number) + frame.length;
        counters.received(1);
    }

    /** Through the whole way as a worker's step has it: those that need wait no longer first. The frames that left. */
    List<byte[]> step(byte[]... arriving) {
        batch.clear();
        forwarder.release(batch, nowMs);
        for (byte[] frame : arriving) {
            receive(frame, false);
        }
        pass(0);
        reading();
        return IntStream.range(0, batch.count())
                .filter(frame -> batch.egress(frame) != Batch.STAYS)
                .mapToObj(this::frame)
                .toList();
    }

    /** Decides, sends and counts what the batch holds. */
    void pass(int errno) {
        forwarder.decide(batch, table, nowMs);
        assertNothingWasWrittenBehind();
        for (int frame = 0; frame < batch.count(); frame++) {
            if (batch.egress(frame) != Batch.STAYS) {
                batch.errno(frame, errno);
            }
        }
        forwarder.settle(batch);
    }

    /** An ICMP error may be longer than the packet whose frame it takes. */
    private void assertNothingWasWrittenBehind() {
        for (int number = 0; number < batch.count(); number++) {
            if (behind[number] > 0) {
                int end = Math.max(behind[number], batch.at(number) + batch.length(number));
                byte[] left = Octets.read(batch.frames(), end, behind[number] + BEHIND.length - end);
                assertThat(left).as("behind frame %d", number).containsOnly(Octets.JUNK);
                behind[number] = 0;
            }
        }
    }

    byte[] frame(int number) {
        byte[] octets = new byte[batch.length(number)];
        batch.frames().get(batch.at(number), octets);
        return octets;
    }

    /** Everything counted so far; the sum must be right at any time. */
    Reading reading() {
        counters.show();
        Reading reading = counters.read();
        assertSumIsRight(reading);
        return reading;
    }

    static void assertSumIsRight(Reading reading) {
        long verdicts = 0;
        for (Verdict verdict : Verdict.values()) {
            verdicts += reading.of(verdict);
        }
        long reasons = 0;
        for (DropReason reason : DropReason.values()) {
            reasons += reading.of(reason);
        }
        assertThat(verdicts).as("received = the sum of the verdicts").isEqualTo(reading.received());
        assertThat(reasons).as("dropped = the sum of the reasons").isEqualTo(reading.of(Verdict.DROPPED));
    }

    private static Verdict difference(Reading before, Reading after) {
        for (Verdict verdict : Verdict.values()) {
            if (after.of(verdict) != before.of(verdict)) {
                return verdict;
            }
        }
        throw new AssertionError("no verdict");
    }

    private static @Nullable DropReason dropReason(Reading before, Reading after) {
        for (DropReason reason : DropReason.values()) {
            if (after.of(reason) != before.of(reason)) {
                return reason;
            }
        }
        return null;
    }

    /** The backend that a frame left for, in l2dsr: the last octet of its address. */
    static int server(Outcome outcome) {
        byte[] frame = outcome.frame();
        assertThat(frame).as("%s %s", outcome.verdict(), outcome.reason()).isNotNull();
        return frame[5];
    }

    @Override
    public void close() throws IOException {
        flowTable.close();
        clientTable.close();
    }
}
