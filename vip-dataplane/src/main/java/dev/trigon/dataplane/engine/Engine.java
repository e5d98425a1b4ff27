package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Glossary;
import dev.trigon.dataplane.forward.Memory;
import dev.trigon.dataplane.forward.WarmUp;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.nexthop.NextHops;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data path: a worker an interface, one flow table, one service table in force. */
public final class Engine implements DataPath, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final long WARM_UP_NS = 700_000_000L;
    private static final long ADOPTION_NS = 2_000_000_000L;
    private static final long ADOPTION_POLL_NS = 200_000L;

    private final Rtnetlink kernel;
    private final GatewayChecks checks;
    private final KernelGuard guard;
    private final PortGuard portGuard;
    private final SolicitedNodes solicitedNodes;
    private final Offloads offloads;
    private final Upkeep upkeep;
    private final NextHops nextHops;
    private final FlowStore store;
    private final FlowTable flows;
    private final FlowTimeouts timeouts;
    private final FlowView flowView;
    private final FlowExpiry expiry;
    private final AffinityUpkeep affinityUpkeep;
    private final StateHealth stateHealth;
    private final List<Arm> arms;
    private final List<Worker> workers = new ArrayList<>();
    private final Totals totals = new Totals(workers);
    private final List<Thread> threads = new ArrayList<>();
    /** Only for the thread that follows the kernel. */
    private final Map<String, String> changedArms = new HashMap<>();

    private Configured published = Configured.NOTHING;
    /** VIPs that are addresses of the gateway, when the services were published last. */
    private Set<InetAddress> ownVips = Set.of();

    private volatile ServiceTable inForce = ServiceTable.EMPTY;

    private Engine(Rtnetlink kernel, List<Arm> arms, FlowStore store, Offloads offloads, Settings settings)
            throws PortException {
        MonotonicClock clock = new MonotonicClock();
        this.timeouts = settings.timeouts();
        this.kernel = kernel;
        this.guard = new KernelGuard(kernel);
        this.portGuard = PortGuard.ofGateway();
        this.checks = new GatewayChecks(kernel, portGuard);
        this.solicitedNodes = new SolicitedNodes(arms);
        this.offloads = offloads;
        this.arms = arms;
        this.store = store;
        this.flows = store.flows();
        this.flowView = new FlowView(store, clock);
        Ports ports = new Ports(settings.engine(), settings.interfaces(), settings.faults(), settings.trace());
        for (Arm arm : arms) {
            PacketPort port = ports.open(arm, 1).ports().get(0);
            Worker worker = new Worker(arm, port, memory(settings), () -> inForce, clock, settings.answers());
            workers.add(worker);
            Thread thread = new Thread(worker, "worker-" + arm.interfaceName());
            thread.setUncaughtExceptionHandler(Engine::died);
            threads.add(thread);
        }
        this.nextHops = NextHops.follow(kernel, this::routingChanged);
        this.expiry = new FlowExpiry(flows, this::idleLimits, clock);
        this.affinityUpkeep = new AffinityUpkeep(flows, store.clients(), () -> inForce, clock);
        this.stateHealth = new StateHealth(settings.state(), flows, store.clients());
        this.upkeep = Upkeep.start(offloads::check, portGuard::repair, stateHealth::check);
    }

    private Memory memory(Settings settings) {
        return new Memory(
                new FlowCache(flows, settings.cachedFlows(), timeouts),
                new Handshakes(Handshakes.DEFAULT_ENTRIES),
                new Affinities(store.clients()),
                new RateLimit(settings.newFlowsPerSecond()));
    }

    /**
     * What an engine needs to know.
     *
     * @param workers how many there have to be, or {@link VipdConfig#WORKERS_AUTO}
     * @param cpus that the workers are pinned to, in turn; none: to none
     * @param cachedFlows how many flows each worker has at hand; a power of two
     * @param newFlowsPerSecond how many each remembers a second
     * @param maxClients how many clients are remembered for services with affinity
     */
    public record Settings(
            List<String> interfaces,
            VipdConfig.Engine engine,
            int workers,
            List<Integer> cpus,
            Path state,
            long maxFlows,
            int cachedFlows,
            int newFlowsPerSecond,
            long maxClients,
            FlowTimeouts timeouts,
            AnswerPolicy answers,
            @Nullable Faults faults,
            @Nullable Trace trace) {}

    /** @param packets that each of a trace's files may have */
    public record Trace(Path directory, int packets) {}

    /** Opens the interfaces and the flow table, warms up and starts to work, on no services yet. */
    public static Engine start(Settings settings) throws Refusal {
        Rtnetlink kernel = Rtnetlink.open();
        List<Arm> arms = Arms.of(settings.interfaces(), kernel);
        // two things that take a second each, and neither needs the other
        Thread warmUp = new Thread(() -> WarmUp.run(WARM_UP_NS), "warm-up");
        warmUp.start();
        FlowStore store = FlowStore.open(settings.state(), settings.maxFlows(), settings.maxClients());
        Offloads offloads = Offloads.switchOff(settings.interfaces(), settings.state());
        try {
            Arms.learnAddresses(arms, kernel);
            Engine engine = new Engine(kernel, arms, store, offloads, settings);
            join(warmUp);
            engine.threads.forEach(Thread::start);
            return engine;
        } catch (PortException e) {
            offloads.close();
            store.close();
            kernel.close();
            throw new Refusal("capture on " + String.join(", ", settings.interfaces()), e.why(), e.remedy());
        } catch (LinuxException e) {
            offloads.close();
            store.close();
            kernel.close();
            throw e;
        }
    }

    private FlowTimeouts idleLimits(int backendId) {
        Backend backend = inForce.backend(backendId);
        return backend == null ? timeouts : backend.timeouts();
    }

    @Override
    public void check(List<ServiceSpec> before, List<ServiceSpec> after) throws Refusal {
        checks.check(before, after);
    }

    @Override
    public synchronized void publish(Configured configured) {
        List<ServiceSpec> services = configured.services();
        Set<InetAddress> own = ownAddresses();
        Set<InetAddress> vips = services.stream().map(ServiceSpec::vip).collect(Collectors.toSet());
        Set<PortGuard.Rule> rules = PortGuard.rules(services, own);
        ownVips = vips.stream().filter(own::contains).collect(Collectors.toSet());
        Set<InetAddress> foreignVips = new HashSet<>(vips);
        foreignVips.removeAll(own);
        // what guards comes before the workers forward, and what guarded goes when they do no more
        guard.add(foreignVips);
        portGuard.add(rules);
        solicitedNodes.retain(vips);
        nextHops.share(ownVips);
        ServiceTable next = ServiceTable.compile(
                configured, inForce, new Surroundings(nextHops::slot, workers.size(), own, timeouts));
        inForce = next;
        published = configured;
        // not before: by which timeouts a flow expires is its service's to say
        expiry.start();
        affinityUpkeep.start();
        workers.forEach(Worker::wake);
        await("the new services", worker -> worker.adoptedVersion() >= next.version());
        guard.retain(foreignVips);
        portGuard.retain(rules);
        Stream<InetAddress> servers =
                services.stream().flatMap(s -> s.backends().stream()).map(BackendSpec::address);
        Stream<InetAddress> formerServers = configured.former().stream().map(FormerBackend::address);
        nextHops.retain(Stream.concat(servers, formerServers).collect(Collectors.toSet()));
    }

    /** An address of the gateway that is a VIP may have come or gone: such a VIP is guarded in another way. */
    private synchronized void reconsiderOwnAddresses() {
        Set<InetAddress> own = ownAddresses();
        Set<InetAddress> now = published.services().stream()
                .map(ServiceSpec::vip)
                .filter(own::contains)
                .collect(Collectors.toSet());
        if (!now.equals(ownVips)) {
            LOG.warn("VIPs that are addresses of this gateway: {}; they were {}", words(now), words(ownVips));
            publish(published);
        }
    }

    private static String words(Set<InetAddress> addresses) {
        return addresses.isEmpty()
                ? "none"
                : addresses.stream().map(InetAddress::getHostAddress).sorted().collect(Collectors.joining(", "));
    }

    private Set<InetAddress> ownAddresses() {
        return kernel.addresses().stream().map(InterfaceAddress::address).collect(Collectors.toSet());
    }

    /** Somebody may have taken a guard away, or an interface from under its worker. */
    private void routingChanged() {
        guard.repair();
        offloads.check();
        Arms.learnAddresses(arms, kernel);
        reconsiderOwnAddresses();
        for (Arm arm : arms) {
            tellChange(arm, Arms.change(arm, kernel).orElse(""));
        }
    }

    private void tellChange(Arm arm, String change) {
        String before = changedArms.put(arm.interfaceName(), change);
        if (change.isEmpty() && before != null && !before.isEmpty()) {
            LOG.info("interface {} is as it was when vipd was started", arm.interfaceName());
        } else if (!change.isEmpty() && !change.equals(before)) {
            LOG.error("interface {} {}", arm.interfaceName(), change);
        }
    }

    private void await(String what, Predicate<Worker> done) {
        long deadlineNs = System.nanoTime() + ADOPTION_NS;
        while (!workers.stream().allMatch(done)) {
            if (System.nanoTime() - deadlineNs > 0) {
                LOG.error("a worker has not taken notice of {} within 2 s", what);
                return;
            }
            LockSupport.parkNanos(ADOPTION_POLL_NS);
        }
    }

    @Override
    public Counters counters() {
        return totals.counters(expiry.reclaimed(), stateHealth.isWell());
    }

    @Override
    public Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        Glossary.entries().forEach(entry -> meanings.put(entry.id(), entry.sentence()));
        return meanings;
    }

    @Override
    public BackendLoad load(int backendId) {
        Backend backend = inForce.backend(backendId);
        long active = flows.activeFlows(backendId);
        return backend == null
                ? new BackendLoad(active, 0, 0)
                : new BackendLoad(
                        active, backend.meter().packets(), backend.meter().octets());
    }

    @Override
    public long activeFlows() {
        return flows.size();
    }

    @Override
    public long maxFlows() {
        return flows.maxFlows();
    }

    @Override
    public int highestBackendId() {
        return Math.max(flows.highestBackendId(), store.clients().highestBackendId());
    }

    @Override
    public long handshakeMs() {
        return timeouts.synMs();
    }

    @Override
    public void forEachFlow(Consumer<Flow> visitor) {
        flowView.forEach(inForce, visitor);
    }

    @Override
    public long flush(Predicate<Flow> which) {
        long removed = flowView.flush(inForce, which);
        if (removed > 0) {
            flows.raiseGeneration();
            int generation = flows.generation();
            workers.forEach(Worker::wake);
            await("the removal of flows", worker -> worker.adoptedGeneration() - generation >= 0);
        }
        return removed;
    }

    @Override
    public Explanation explain(Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort) {
        return flowView.explain(inForce, protocol, client, clientPort, vip, vipPort);
    }

    @Override
    public Running running() {
        long allocated = ThreadAllocation.of(threads);
        return new Running(
                "pcap",
                "the one engine there is: af_xdp is not built yet",
                arms.stream().map(Arm::interfaceName).toList(),
                workers.size(),
                allocated,
                stateHealth.isWell() ? null : stateHealth.trouble());
    }

    /** In this order, each step whatever became of those before: the flows matter most, and come when nobody uses them. */
    @Override
    public void close() {
        workers.forEach(Worker::close);
        threads.forEach(Engine::join);
        totals.tell();
        expiry.close();
        affinityUpkeep.close();
        nextHops.close();
        upkeep.close();
        solicitedNodes.close();
        try {
            portGuard.clear();
            offloads.close();
            guard.clear();
        } finally {
            store.close();
            kernel.close();
        }
    }

    /** Without a worker the VIP is announced and nobody takes its packets: better to end, and be started again. */
    private static void died(Thread worker, Throwable why) {
        LOG.error("{} died; vipd ends, so that whatever started it starts it again", worker.getName(), why);
        Runtime.getRuntime().halt(1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
