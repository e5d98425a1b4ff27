package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The running data path, as the control plane sees it. Every method may be called from any thread. */
public interface DataPath {
    /**
     * Asks the gateway's kernel whether what is new in these services can work here: a VIP must be no address of the gateway,
     * a backend must have a route (and in l2dsr be on a directly connected segment). What stood before is not asked about
     * again: a route that is gone must keep nobody from changing something else. Changes nothing.
     */
    void check(List<ServiceSpec> before, List<ServiceSpec> after) throws Refusal;

    /** Puts this in force, all of it and nothing else. Returns once every worker uses them. */
    void publish(Configured configured);

    Counters counters();

    /** What each counter means, by its name: those of {@link #counters} and every reason and other there. In a fixed order. */
    Map<String, String> meanings();

    /** What one backend has been given since vipd started; zeros for an unknown id. */
    BackendLoad load(int backendId);

    /** Why a backend's checks find it down; null: they do not, or it has none. */
    @Nullable
    String whyDown(int backendId);

    long activeFlows();

    long maxFlows();

    /** The highest id of a backend that anything remembered names, a flow or a client; 0: nothing does. */
    int highestBackendId();

    /** How long a TCP handshake may take, by the gateway's timeouts. Until it is complete there is no flow of it. */
    long handshakeMs();

    /** Calls {@code visitor} for each remembered flow, in no order; a flow that changes meanwhile may be seen either way. */
    void forEachFlow(Consumer<Flow> visitor);

    /**
     * Makes flows unknown, so that the next packet of each is a new flow's; safe under traffic. Answers how many. Once it
     * returns, no worker knows one of them.
     */
    long flush(Predicate<Flow> which);

    /** What would happen to such a packet now, decided by the code that would do it, without doing it. */
    Explanation explain(Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort);

    Running running();

    /** Who looks whether anything around it is wrong. */
    Doctor doctor();

    /**
     * received = forwarded + answered + passed + waiting + the sum of dropped.
     *
     * @param waiting packets held for a next hop that the kernel is resolving
     * @param dropped by reason, every reason present, in a fixed order
     * @param other what is worth seeing but is no verdict (kernel drops of the capture, announcements, cache hits), by name
     */
    record Counters(
            long received,
            long forwarded,
            long answered,
            long passed,
            long waiting,
            Map<String, Long> dropped,
            Map<String, Long> other) {}

    record BackendLoad(long activeFlows, long packets, long bytes) {}

    /**
     * A remembered flow.
     *
     * @param service that has its VIP and port now; null: none
     * @param state syn, established, closing, closed or udp
     */
    record Flow(
            Protocol protocol,
            InetAddress client,
            int clientPort,
            InetAddress vip,
            int vipPort,
            @Nullable String service,
            int backendId,
            String state,
            long idleSeconds,
            long packets,
            long bytes) {}

    /**
     * What would happen, and why.
     *
     * @param reason flow, affinity, hash, schedule, no-service or no-backend
     * @param detail more of it, in words that stand in brackets; null where there is no more to say
     * @param passage null: it goes to no backend
     */
    record Explanation(
            @Nullable String service,
            int backendId,
            String reason,
            @Nullable String detail,
            @Nullable Passage passage) {
        public Explanation(@Nullable String service, int backendId, String reason, @Nullable String detail) {
            this(service, backendId, reason, detail, null);
        }

        public Explanation with(Passage newPassage) {
            return new Explanation(service, backendId, reason, detail, newPassage);
        }
    }

    /**
     * What would be done with a flow's first packet.
     *
     * @param egress the interface that it leaves by; null: no next hop is known
     * @param nextHopMac null: none is known
     * @param direct whether the backend itself is the next hop
     * @param before the frame as it arrives, in hexadecimal; its source MAC is anybody's and so all zeros
     * @param after as it leaves; null: it does not
     */
    record Passage(
            @Nullable String egress,
            @Nullable String nextHopMac,
            boolean direct,
            String before,
            @Nullable String after) {}

    /**
     * What runs.
     *
     * @param stateFault what is wrong with the state directory, and what to do; null: nothing
     */
    record Running(
            List<ArmStatus> arms,
            int workers,
            long allocatedBytes,
            @Nullable String stateFault) {
        public Running {
            arms = List.copyOf(arms);
        }

        /** Several, where interfaces differ. */
        public String engine() {
            return arms.stream().map(ArmStatus::engine).distinct().collect(Collectors.joining(", "));
        }

        /** Why this engine and no other. */
        public String engineReason() {
            List<String> reasons =
                    arms.stream().map(ArmStatus::reason).distinct().toList();
            return reasons.size() == 1
                    ? reasons.get(0)
                    : arms.stream()
                            .map(arm -> arm.engine() + " on " + arm.interfaceName() + ": " + arm.reason())
                            .collect(Collectors.joining("; "));
        }
    }

    /**
     * An interface that VIP traffic arrives at.
     *
     * @param engine the one that works there, or worked there last
     * @param mode how, where the engine has several ways
     * @param reason why that engine
     * @param whyLost null while VIP traffic is taken there; else why not
     */
    record ArmStatus(
            String interfaceName,
            String engine,
            @Nullable String mode,
            String reason,
            int workers,
            @Nullable String whyLost) {}
}
