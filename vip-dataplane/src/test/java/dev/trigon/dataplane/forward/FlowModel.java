package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.forward.ModelServices.ModelService;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker must remember of flows, written from the rules with maps and none of the code under test. */
final class FlowModel {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;
    private static final int NEAR = 262_144;

    /** What must become of a packet. */
    enum Way {
        /** It goes to this backend and no other. */
        TO,
        /** To any that takes new flows. */
        ANEW,
        /** To the one that follows from the packet alone. */
        BY_HASH,
        /** Its client is told that there is nobody any more. */
        RESET
    }

    record Expected(Way way, int id) {}

    /** A packet; flags of -1: a datagram. */
    record Segment(int flow, int flags, int sequence, int octets) {
        boolean isTcp() {
            return flags >= 0;
        }

        boolean isRst() {
            return isTcp() && (flags & RST) != 0;
        }

        boolean opens() {
            return isTcp() && (flags & (SYN | ACK | FIN | RST)) == SYN;
        }

        int end() {
            return sequence + octets + ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
        }
    }

    static final class Flow {
        int id;
        FlowState state = FlowState.UDP;
        long seenMs;
        boolean sequenced;
        int next;
    }

    record Handshake(int id, long seenMs) {}

    final Map<Integer, Flow> flows = new HashMap<>();
    private final Map<Integer, Handshake> handshakes = new HashMap<>();
    private final FlowTimeouts timeouts;
    /** Whether the packet that is expected now is of a handshake that is under way. */
    private boolean goesOn;

    FlowModel(FlowTimeouts timeouts) {
        this.timeouts = timeouts;
    }

    Expected expect(Segment segment, ModelServices services, long nowMs) {
        goesOn = false;
        ModelService service = services.of(segment.flow());
        Flow flow = live(segment.flow(), nowMs);
        boolean over = flow != null && (flow.state == FlowState.CLOSING || flow.state == FlowState.CLOSED);
        if (flow != null && !(over && segment.opens())) {
            int keeper = services.keeper(flow.id, service);
            if (keeper > 0) {
                return new Expected(Way.TO, keeper);
            }
            if (keeper == ModelServices.GONE && segment.isTcp() && !segment.opens() && service.resets) {
                return new Expected(Way.RESET, 0);
            }
        }
        flows.remove(segment.flow());
        Handshake begun = handshakes.get(segment.flow());
        if (begun != null && nowMs - begun.seenMs < timeouts.synMs()) {
            int keeper = services.keeper(begun.id, service);
            if (keeper > 0) {
                goesOn = true;
                return new Expected(Way.TO, keeper);
            }
        }
        return new Expected(segment.isTcp() && !segment.opens() ? Way.BY_HASH : Way.ANEW, 0);
    }

    private static boolean isNear(Flow flow, Segment segment) {
        int ahead = segment.sequence() - flow.next;
        return ahead >= -NEAR && ahead <= NEAR;
    }

    private @Nullable Flow live(int number, long nowMs) {
        Flow flow = flows.get(number);
        return flow == null || nowMs - flow.seenMs >= timeouts.idleMs(flow.state) ? null : flow;
    }

    void reset(int number, long nowMs) {
        Flow flow = flows.get(number);
        if (flow != null) {
            flow.state = FlowState.CLOSED;
            flow.seenMs = nowMs;
        }
    }

    /** A packet has gone to this backend. */
    void went(Segment segment, int id, boolean takesNewFlows, long nowMs) {
        Flow flow = flows.get(segment.flow());
        if (flow != null && segment.opens()) {
            // it keeps the flow's backend, and not the flow alive
            return;
        }
        if (flow == null) {
            if (segment.opens()) {
                if (takesNewFlows || !goesOn) {
                    handshakes.put(segment.flow(), new Handshake(id, nowMs));
                }
                return;
            }
            if (segment.isRst()) {
                return;
            }
            handshakes.remove(segment.flow());
            flow = new Flow();
            flow.state = segment.isTcp() ? FlowState.ESTABLISHED : FlowState.UDP;
            flows.put(segment.flow(), flow);
        }
        flow.id = id;
        flow.seenMs = nowMs;
        if (segment.isTcp()) {
            follow(flow, segment);
        }
    }

    private static void follow(Flow flow, Segment segment) {
        boolean near = flow.sequenced && isNear(flow, segment);
        if (segment.isRst()) {
            flow.state = near ? FlowState.CLOSED : flow.state;
            return;
        }
        if (!flow.sequenced || (near && segment.end() - flow.next > 0)) {
            flow.next = segment.end();
            flow.sequenced = true;
        }
        if ((segment.flags() & FIN) != 0) {
            flow.state = FlowState.CLOSING;
        } else if (!segment.opens() && flow.state != FlowState.CLOSING) {
            flow.state = FlowState.ESTABLISHED;
        }
    }

    /** Flows were flushed: of the others, nobody knows any more where their clients are. */
    void flushed(int number) {
        flows.remove(number);
        flows.values().forEach(flow -> flow.sequenced = false);
    }
}
