package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.forward.FlowModel.Expected;
import dev.trigon.dataplane.forward.FlowModel.Flow;
import dev.trigon.dataplane.forward.FlowModel.Segment;
import dev.trigon.dataplane.forward.FlowModel.Way;
import dev.trigon.dataplane.forward.ModelServices.ModelService;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A flow that is remembered goes to its server, whatever is renamed, moved, drained, removed or brought back meanwhile, until
 * that server is gone, or the flow is flushed, idle for too long, or opened anew. {@link FlowModel} says which it is.
 */
class FlowPlacementModelTest {
    private static final FlowTimeouts TIMEOUTS = new FlowTimeouts(20_000, 60_000, 15_000, 8_000, 30_000);
    private static final int PACKETS = 600_000;
    private static final int FLOWS = 400;
    private static final int NOT_EVICTED = 16_384;
    private static final int[] FLAGS = {0x02, 0x02, 0x10, 0x10, 0x18, 0x18, 0x11, 0x04, 0x14, 0x04, 0x12, 0x00};
    private static final int TCP_AT = TestFrame.ETHERNET + 20;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final ModelServices services = new ModelServices(random);
    private final FlowModel model = new FlowModel(TIMEOUTS);
    private final FlowTable flowTable = FlowTable.inMemory(100_000);
    private final FlowTable clientTable = FlowTable.inMemory(1_000);
    private final Map<Way, Integer> met = new EnumMap<>(Way.class);
    private final int[] sequences = random.ints(FLOWS).toArray();
    private final FlowKey key = new FlowKey();
    private final FlowRecord record = new FlowRecord();
    private final Packet packet = new Packet();
    private final Fate fate = new Fate();
    private ServiceTable table = ServiceTable.EMPTY;
    private long nowMs = 1_800_000_000_000L;

    @AfterEach
    void close() throws Exception {
        flowTable.close();
        clientTable.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, NOT_EVICTED})
    void shouldKeepEveryFlowWithItsServer(int entries) {
        System.out.println("FlowPlacementModelTest seed " + seed + ", entries " + entries);
        FlowCache cache = new FlowCache(flowTable, entries, TIMEOUTS);
        FlowPlacement placement = new FlowPlacement(
                new Memory(cache, new Handshakes(4_096), new Affinities(clientTable), new RateLimit(Integer.MAX_VALUE)),
                0);
        compile();
        for (int number = 0; number < PACKETS; number++) {
            pass(cache);
            place(cache, placement, entries < NOT_EVICTED, number);
        }
        assertThat(met.keySet()).containsExactlyInAnyOrder(Way.values());
        assertThat(met.values()).allMatch(count -> count > PACKETS / 1_000);
        System.out.println("FlowPlacementModelTest met " + met);
    }

    /** Time, and what others do meanwhile. */
    private void pass(FlowCache cache) {
        nowMs += random.nextInt(30);
        cache.writeBehind(nowMs, random.nextInt(20));
        if (random.nextInt(4_000) == 0) {
            // nobody sends: a worker writes all it knows then
            cache.writeAll();
            nowMs += random.nextInt(70_000);
        }
        flowTable.expireNext(nowMs, id -> TIMEOUTS);
        if (random.nextInt(300) == 0) {
            services.change(id -> flowTable.activeFlows(id) > 0);
            compile();
        }
        if (random.nextInt(500) == 0) {
            int flow = random.nextInt(FLOWS);
            flowTable.remove(key(flow), record);
            flowTable.raiseGeneration();
            cache.refresh();
            model.flushed(flow);
        }
    }

    private void compile() {
        Surroundings around = new Surroundings(
                address -> new NextHopSlot(), 1, Set.of(), TIMEOUTS, id -> Condition.WELL, flowTable::activeFlowsOf);
        table = ServiceTable.compile(services.configured(), table, around);
    }

    private FlowKey key(int flow) {
        int protocol = ModelServices.port(flow) == 53 ? Protocol.UDP.number() : Protocol.TCP.number();
        receive(segment(flow));
        return key.set(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                protocol,
                packet.sourcePort(),
                packet.destinationPort());
    }

    private Segment segment(int flow) {
        if (ModelServices.port(flow) == 53) {
            return new Segment(flow, -1, 0, 0);
        }
        int flags = FLAGS[random.nextInt(FLAGS.length)];
        if (flags == FlowModel.SYN && random.nextBoolean()) {
            sequences[flow] = random.nextInt();
        }
        boolean guessed = (flags & FlowModel.RST) != 0 && random.nextBoolean();
        int sequence = guessed ? sequences[flow] + (1 << 30) : sequences[flow];
        return new Segment(flow, flags, sequence, flags == 0x18 ? random.nextInt(1_400) : 0);
    }

    private void receive(Segment segment) {
        TestFrame frame = segment.isTcp() ? TestFrame.tcp().flags(segment.flags()) : TestFrame.udp();
        byte[] octets = frame.from("198.51.100.10", 1_000 + segment.flow())
                .to(ModelServices.VIP, ModelServices.port(segment.flow()))
                .payload(new byte[segment.octets()])
                .build();
        if (segment.isTcp()) {
            ByteBuffer.wrap(octets).putInt(TCP_AT + 4, segment.sequence());
        }
        assertThat(packet.parse(ByteBuffer.wrap(octets), 0, octets.length)).isEqualTo(Flaw.NONE);
    }

    private void place(FlowCache cache, FlowPlacement placement, boolean evicts, int number) {
        int flow = random.nextInt(FLOWS);
        FlowKey placed = key(flow);
        Segment segment = segment(flow);
        receive(segment);
        if (segment.isTcp() && !segment.isRst()) {
            sequences[flow] = segment.end();
        }
        ModelService service = services.of(flow);
        Service real = table.services().stream()
                .filter(s -> s.spec().name().equals(service.name))
                .findFirst()
                .orElseThrow();
        Expected expected = model.expect(segment, services, nowMs);
        met.merge(expected.way(), 1, Integer::sum);
        fate.undecided();
        placement.place(packet, real, table, nowMs, fate);
        Supplier<String> what = () -> "seed " + seed + ", packet " + number + ", " + segment + ", " + expected;
        if (expected.way() == Way.RESET) {
            assertThat(fate.way()).as(what).isEqualTo(Fate.Way.RESET);
            model.reset(flow, nowMs);
        } else {
            assertPlaced(expected, service, real, placed, what);
            went(cache, segment, evicts, what);
        }
    }

    private void assertPlaced(
            Expected expected, ModelService service, Service real, FlowKey placed, Supplier<String> what) {
        Set<Integer> eligible = services.eligible(service);
        if (expected.way() != Way.TO && eligible.isEmpty()) {
            assertThat(fate.way()).as(what).isEqualTo(Fate.Way.DROP);
            assertThat(fate.reason()).as(what).isEqualTo(DropReason.NO_BACKEND);
            return;
        }
        assertThat(fate.way()).as(what).isEqualTo(Fate.Way.TO_BACKEND);
        Backend backend = table.backend(fate.backendId());
        assertThat(backend).as(what).isNotNull();
        assertThat((int) backend.addressLow() & 0xFF).as(what).isEqualTo(11 + services.serverOf(fate.backendId()));
        switch (expected.way()) {
            case TO -> assertThat(fate.backendId()).as(what).isEqualTo(expected.id());
            case BY_HASH -> assertThat(backend).as(what).isSameAs(real.chooseByHash(placed));
            default -> assertThat(eligible).as(what).contains(fate.backendId());
        }
    }

    private void went(FlowCache cache, Segment segment, boolean evicts, Supplier<String> what) {
        if (fate.way() != Fate.Way.TO_BACKEND) {
            return;
        }
        Flow flow = model.flows.get(segment.flow());
        FlowState before = flow == null ? null : flow.state;
        boolean takesNewFlows = table.backend(fate.backendId()).takesNewFlows();
        model.went(segment, fate.backendId(), takesNewFlows, nowMs);
        Flow after = model.flows.get(segment.flow());
        boolean onKnownFlow = flow != null && after != null && !segment.opens();
        assertThat(fate.slot() != FlowCache.MISS).as(what).isEqualTo(onKnownFlow);
        if (!onKnownFlow) {
            return;
        }
        cache.touch(fate.slot(), segment.octets(), nowMs);
        FlowState state = cache.state(fate.slot());
        if (evicts && segment.isRst() && (state == before || state == FlowState.CLOSED)) {
            // where the client was is not known any more, or is known anew
            after.state = state;
        }
        assertThat(state).as(what).isEqualTo(after.state);
    }
}
