package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.control.Doctor;
import dev.trigon.dataplane.doctor.GatewayDoctor;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.WarmUp;
import dev.trigon.dataplane.nexthop.NextHops;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.upkeep.Upkeep;
import dev.trigon.linux.Ethtool;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data path: a crew of workers, one flow table, one service table in force. */
public final class Engine implements DataPath, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int USUAL_MTU = 1_500;
    private static final long WARM_UP_NS = 700_000_000L;
    private static final Duration UPKEEP = Duration.ofSeconds(2);
    private static final Duration LOOK_AT_INTERFACES = Duration.ofSeconds(1);
    private static final Duration LOOK_AT_CONDITIONS = Duration.ofMillis(100);

    private final Rtnetlink kernel;
    private final GatewayChecks checks;
    private final KernelGuard guard;
    private final PortGuard portGuard;
    private final SolicitedNodes solicitedNodes = new SolicitedNodes();
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
    private final Arms arms;
    private final Crew crew;
    private final Totals totals;
    private final Explainer explainer;
    private final Upkeep interfaces;
    private final Conditions conditions;
    private final Upkeep judging;
    private final MonotonicClock clock = new MonotonicClock();
    private final Doctor doctor;

    /** Under this object's lock. */
    private Configured published = Configured.NOTHING;
    /** VIPs that are addresses of the gateway, when the services were published last. */
    private Set<InetAddress> ownVips = Set.of();

    private volatile ServiceTable inForce = ServiceTable.EMPTY;

    /** Opens the interfaces and the flow table, warms up and starts to work, on no services yet. */
    public static Engine start(EngineSettings settings) throws Refusal {
        Rtnetlink kernel = Rtnetlink.open();
        checkInterfaces(settings, kernel);
        // two things that take a second each, and neither needs the other
        Thread warmUp = new Thread(() -> WarmUp.run(WARM_UP_NS), "warm-up");
        warmUp.start();
        FlowStore store = FlowStore.open(settings.state(), settings.maxFlows(), settings.maxClients());
        Offloads offloads = Offloads.switchOff(settings.interfaces(), inTheWayOf(settings.engine()), settings.state());
        try {
            Engine engine = new Engine(kernel, store, offloads, settings);
            join(warmUp);
            // what the start left behind is copied now, and not while packets wait
            System.gc();
            engine.crew.start();
            return engine;
        } catch (Refusal | LinuxException e) {
            offloads.close();
            store.close();
            kernel.close();
            throw e;
        }
    }

    /** Which engine it will be is not known yet where it is to be the best that is possible. */
    private static List<Ethtool.Offload> inTheWayOf(VipdConfig.Engine engine) {
        return engine == VipdConfig.Engine.PCAP ? Offloads.OF_PCAP : Offloads.OF_AF_XDP;
    }

    /** Refused before anything is touched. */
    private static void checkInterfaces(EngineSettings settings, Rtnetlink kernel) throws Refusal {
        try (Arms arms = new Arms(settings.interfaces(), kernel)) {
            for (String name : settings.interfaces()) {
                arms.find(name);
            }
        }
    }

    private Engine(Rtnetlink kernel, FlowStore store, Offloads offloads, EngineSettings settings) throws Refusal {
        this.timeouts = settings.timeouts();
        this.kernel = kernel;
        this.guard = new KernelGuard(kernel);
        this.portGuard = PortGuard.ofGateway();
        this.checks = new GatewayChecks(kernel, portGuard);
        this.offloads = offloads;
        this.store = store;
        this.flows = store.flows();
        this.flowView = new FlowView(store, clock);
        this.arms = new Arms(settings.interfaces(), kernel);
        this.crew = Crew.assemble(
                settings.interfaces(),
                new CrewMeans(settings, arms, offloads, solicitedNodes, store, () -> inForce, clock));
        checkNumber(settings.workers());
        this.totals = new Totals(crew);
        this.explainer = new Explainer(flowView, crew, kernel);
        this.expiry = new FlowExpiry(flows, this::idleLimits, clock);
        this.affinityUpkeep = new AffinityUpkeep(flows, store.clients(), () -> inForce, clock);
        this.stateHealth = new StateHealth(settings.state(), flows, store.clients());
        this.interfaces = Upkeep.start("interfaces", LOOK_AT_INTERFACES, crew::check);
        this.nextHops = NextHops.follow(kernel, this::routingChanged);
        this.conditions = new Conditions(id -> inForce.backend(id), this::leastMtu, this::reconsiderSoon);
        this.judging = Upkeep.start("conditions", LOOK_AT_CONDITIONS, this::reconsiderConditions);
        this.upkeep = Upkeep.start("upkeep", UPKEEP, offloads::check, portGuard::repair, stateHealth::check);
        this.doctor = GatewayDoctor.of(examined(settings), kernel);
    }

    private void checkNumber(int wanted) throws Refusal {
        int workers = crew.size();
        if (wanted != VipdConfig.WORKERS_AUTO && wanted != workers) {
            crew.close();
            throw new Refusal(
                    "workers",
                    "vipd.yaml wants " + wanted + ", and there are " + workers + ": with pcap one an interface, with"
                            + " af_xdp one a receive queue",
                    "use auto or " + workers + ", or give interfaces other numbers of queues: ethtool -L");
        }
    }

    private ExaminedGateway examined(EngineSettings settings) {
        return new ExaminedGateway(
                this,
                this::services,
                id -> inForce.backend(id),
                this::ownAddresses,
                store.clients(),
                settings.engine(),
                settings.state(),
                guard,
                portGuard,
                offloads);
    }

    private synchronized List<ServiceSpec> services() {
        return published.services();
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
        published = configured;
        conditions.expect(services, inForce);
        ServiceTable next = putInForce(own);
        // not before: by which timeouts a flow expires is its service's to say
        expiry.start();
        affinityUpkeep.start();
        crew.await("the new services", worker -> worker.adoptedVersion() >= next.version());
        conditions.watch(services, own);
        guard.retain(foreignVips);
        portGuard.retain(rules);
        Stream<InetAddress> servers =
                services.stream().flatMap(s -> s.backends().stream()).map(BackendSpec::address);
        Stream<InetAddress> formerServers = configured.former().stream().map(FormerBackend::address);
        nextHops.retain(Stream.concat(servers, formerServers).collect(Collectors.toSet()));
    }

    private int leastMtu() {
        return crew.arms().stream().mapToInt(Arm::mtu).min().orElse(USUAL_MTU);
    }

    private ServiceTable putInForce(Set<InetAddress> own) {
        Conditions.Judgement judgement = conditions.judge(published.services(), clock.getAsLong());
        ServiceTable next = ServiceTable.compile(
                published,
                inForce,
                new Surroundings(nextHops::slot, crew.numbers(), own, timeouts, judgement, flows::activeFlowsOf));
        inForce = next;
        judgement.isInForce();
        return next;
    }

    /** Backends come up, go down and warm up without anybody changing what is configured. */
    private synchronized void reconsiderConditions() {
        if (conditions.haveChanged(clock.getAsLong())) {
            putInForce(ownVips);
        }
    }

    private void reconsiderSoon() {
        judging.soon();
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
        arms.learnAddresses(crew.arms());
        reconsiderOwnAddresses();
        interfaces.soon();
    }

    @Override
    public Counters counters() {
        return totals.counters(expiry.reclaimed(), stateHealth.isWell(), conditions::passages);
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
    public @Nullable String whyDown(int backendId) {
        return conditions.whyDown(backendId);
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
            crew.await("the removal of flows", worker -> worker.adoptedGeneration() - generation >= 0);
        }
        return removed;
    }

    @Override
    public Explanation explain(Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort) {
        return explainer.explain(inForce, protocol, client, clientPort, vip, vipPort);
    }

    @Override
    public Running running() {
        return new Running(
                crew.status(),
                crew.size(),
                ThreadAllocation.of(crew.threads()),
                stateHealth.isWell() ? null : stateHealth.trouble());
    }

    @Override
    public Doctor doctor() {
        return doctor;
    }

    /** In this order, each step whatever became of those before: the flows matter most, and come when nobody uses them. */
    @Override
    public void close() {
        crew.close();
        totals.tell();
        expiry.close();
        affinityUpkeep.close();
        nextHops.close();
        interfaces.close();
        judging.close();
        conditions.close();
        upkeep.close();
        solicitedNodes.close();
        try {
            portGuard.clear();
            offloads.close();
            guard.clear();
        } finally {
            store.close();
            arms.close();
            kernel.close();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
