package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A data path without packets: it remembers what it was told, and says what a test wants said. */
public final class FakeDataPath implements DataPath {
    public final List<List<ServiceSpec>> published = new ArrayList<>();
    public final List<Flow> flows = new ArrayList<>();
    public List<FormerBackend> former = List.of();
    /** Of a backend, where it is not its id. */
    public final Map<Integer, Long> activeFlows = new ConcurrentHashMap<>();

    /** How many flows a backend has, in place of {@link #activeFlows}. */
    public volatile @Nullable LongUnaryOperator loads;

    /** What there is in place of {@link #flows}. */
    public volatile @Nullable Consumer<Consumer<Flow>> flowSource;

    /** Of a backend that is down. */
    public final Map<Integer, String> whyDown = new ConcurrentHashMap<>();

    public List<ArmStatus> arms = List.of(new ArmStatus("eth0", "pcap", null, "chosen in vipd.yaml", 1, null));
    public int highestBackendId;
    public @Nullable String stateFault;
    public @Nullable Refusal nextCheck;
    public @Nullable RuntimeException nextPublish;
    public Map<String, Long> other = Map.of("kernelDropped", 5L);
    public final FakeDoctor doctor = new FakeDoctor();
    public Explanation explanation = new Explanation(null, 0, "no-service", null);

    @Override
    public synchronized void check(List<ServiceSpec> before, List<ServiceSpec> services) throws Refusal {
        Refusal refusal = nextCheck;
        nextCheck = null;
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public synchronized void publish(Configured configured) {
        RuntimeException failure = nextPublish;
        nextPublish = null;
        if (failure != null) {
            throw failure;
        }
        published.add(configured.services());
        former = configured.former();
    }

    public synchronized List<ServiceSpec> inForce() {
        return published.isEmpty() ? List.of() : published.get(published.size() - 1);
    }

    @Override
    public Counters counters() {
        Map<String, Long> dropped = new LinkedHashMap<>();
        dropped.put("truncated", 2L);
        dropped.put("no-backend", 0L);
        return new Counters(1_234_570, 1_234_567, 1, 0, 0, dropped, other);
    }

    @Override
    public Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (String verdict : List.of("received", "forwarded", "answered", "passed", "waiting", "dropped")) {
            meanings.put(verdict, "what " + verdict + " means");
        }
        meanings.put("truncated", "shorter than its headers say");
        meanings.put("no-backend", "no backend takes new flows");
        meanings.put("kernelDropped", "no room in the capture");
        return meanings;
    }

    @Override
    public BackendLoad load(int backendId) {
        LongUnaryOperator flowsNow = loads;
        long flowsOf = flowsNow == null
                ? activeFlows.getOrDefault(backendId, (long) backendId)
                : flowsNow.applyAsLong(backendId);
        return new BackendLoad(flowsOf, 10L * backendId, 1_536L * backendId);
    }

    @Override
    public @Nullable String whyDown(int backendId) {
        return whyDown.get(backendId);
    }

    @Override
    public long activeFlows() {
        return flows.size();
    }

    @Override
    public long maxFlows() {
        return 1_048_576;
    }

    @Override
    public int highestBackendId() {
        return highestBackendId;
    }

    @Override
    public long handshakeMs() {
        return 30_000;
    }

    @Override
    public void forEachFlow(Consumer<Flow> visitor) {
        Consumer<Consumer<Flow>> source = flowSource;
        if (source == null) {
            flows.forEach(visitor);
        } else {
            source.accept(visitor);
        }
    }

    @Override
    public long flush(Predicate<Flow> which) {
        long before = flows.size();
        flows.removeIf(which);
        return before - flows.size();
    }

    @Override
    public Explanation explain(Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort) {
        return explanation;
    }

    @Override
    public Doctor doctor() {
        return doctor;
    }

    @Override
    public Running running() {
        return new Running(arms, 1, 0, stateFault);
    }
}
