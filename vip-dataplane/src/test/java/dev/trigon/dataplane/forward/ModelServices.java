package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Services that change at random as an operator may change them, and who goes on with whose flows, written from the rules:
 * an id is a server's in a service's name, for good.
 */
final class ModelServices {
    static final int UNKNOWN = 0;
    static final int GONE = -1;
    static final String VIP = "203.0.113.10";
    private static final int SERVERS = 5;
    private static final int NAMES = 3;

    record ModelBackend(BackendState state, int weight) {
        boolean takesNewFlows() {
            return state == BackendState.UP && weight > 0;
        }

        boolean keepsFlows() {
            return state != BackendState.DISABLED;
        }
    }

    static final class ModelService {
        final Protocol protocol;
        final Map<Integer, ModelBackend> backends = new TreeMap<>();
        String name;
        int port;
        SchedulerKind scheduler = SchedulerKind.WRR;
        boolean resets = true;

        ModelService(Protocol protocol, String name, int port) {
            this.protocol = protocol;
            this.name = name;
            this.port = port;
        }
    }

    private record Known(String service, Protocol protocol, int server, boolean keepsFlows) {}

    private final Random random;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, Known> former = new TreeMap<>();
    final List<ModelService> services = List.of(
            new ModelService(Protocol.TCP, "a0", 80),
            new ModelService(Protocol.TCP, "b0", 81),
            new ModelService(Protocol.UDP, "c0", 53));

    ModelServices(Random random) {
        this.random = random;
        for (ModelService service : services) {
            for (int server = 0; server < 3; server++) {
                add(service, server);
            }
        }
    }

    /** Flows go to the ports by turns. */
    static int port(int flow) {
        return flow % 4 == 3 ? 53 : 80 + flow % 2;
    }

    ModelService of(int flow) {
        return services.stream().filter(s -> s.port == port(flow)).findFirst().orElseThrow();
    }

    private int id(String service, int server) {
        return ids.computeIfAbsent(service + "/" + server, key -> ids.size() + 1);
    }

    int serverOf(int id) {
        return ids.entrySet().stream()
                .filter(e -> e.getValue() == id)
                .map(e -> Integer.parseInt(e.getKey().substring(e.getKey().indexOf('/') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Who goes on with what this one was given, or {@link #UNKNOWN} or {@link #GONE}. */
    int keeper(int id, ModelService service) {
        Known known = known(id);
        if (known == null) {
            return UNKNOWN;
        }
        ModelBackend heir = service.backends.get(known.server);
        if (heir != null) {
            return heir.keepsFlows() ? id(service.name, known.server) : GONE;
        }
        return known.keepsFlows ? id : GONE;
    }

    private @Nullable Known known(int id) {
        for (ModelService service : services) {
            for (var each : service.backends.entrySet()) {
                if (id(service.name, each.getKey()) == id) {
                    boolean keeps = each.getValue().keepsFlows();
                    return new Known(service.name, service.protocol, each.getKey(), keeps);
                }
            }
        }
        return former.get(id);
    }

    Set<Integer> eligible(ModelService service) {
        return service.backends.entrySet().stream()
                .filter(each -> each.getValue().takesNewFlows())
                .map(each -> id(service.name, each.getKey()))
                .collect(Collectors.toSet());
    }

    /**
     * One change.
     *
     * @param isNamed whether flows name an id: only then is what it was kept in mind
     */
    void change(IntPredicate isNamed) {
        ModelService service = services.get(random.nextInt(services.size()));
        int server = random.nextInt(SERVERS);
        ModelBackend backend = service.backends.get(server);
        switch (random.nextInt(11)) {
            case 0 -> remove(service, server, true);
            case 1 -> remove(service, server, false);
            case 2, 3 -> rename(service);
            case 4 -> swapPorts();
            case 5 -> service.scheduler = SchedulerKind.values()[random.nextInt(SchedulerKind.values().length)];
            case 6 -> service.resets = !service.resets;
            case 7 -> former.keySet().removeIf(id -> !isNamed.test(id));
            default -> {
                if (backend == null) {
                    add(service, server);
                } else {
                    BackendState state = BackendState.values()[random.nextInt(3)];
                    service.backends.put(server, new ModelBackend(state, random.nextInt(4)));
                }
            }
        }
    }

    private void add(ModelService service, int server) {
        service.backends.put(server, new ModelBackend(BackendState.UP, 1 + random.nextInt(3)));
        former.remove(id(service.name, server));
    }

    private void remove(ModelService service, int server, boolean drains) {
        ModelBackend was = service.backends.remove(server);
        if (was != null) {
            boolean keeps = drains && was.keepsFlows();
            former.put(id(service.name, server), new Known(service.name, service.protocol, server, keeps));
        }
    }

    private void rename(ModelService service) {
        Map<Integer, ModelBackend> backends = new TreeMap<>(service.backends);
        backends.keySet().forEach(server -> remove(service, server, true));
        service.name = service.name.substring(0, 1) + random.nextInt(NAMES);
        backends.forEach((server, backend) -> {
            service.backends.put(server, backend);
            former.remove(id(service.name, server));
        });
    }

    private void swapPorts() {
        int port = services.get(0).port;
        services.get(0).port = services.get(1).port;
        services.get(1).port = port;
    }

    static String address(int server) {
        return "10.2.0." + (11 + server);
    }

    Configured configured() {
        List<FormerBackend> formerBackends = new ArrayList<>();
        former.forEach((id, known) -> formerBackends.add(new FormerBackend(
                id,
                known.service,
                "was" + id,
                Specs.address(address(known.server)),
                Specs.address(VIP),
                known.protocol,
                known.keepsFlows)));
        return new Configured(services.stream().map(this::spec).toList(), formerBackends);
    }

    private ServiceSpec spec(ModelService service) {
        WhenDown whenDown = service.resets ? WhenDown.RESET : WhenDown.MOVE;
        Specs specs = Specs.service(service.name)
                .vip(VIP)
                .ports(new PortRange(service.port, service.port))
                .scheduler(service.scheduler)
                .flows(new FlowPolicy(TimeoutOverrides.NONE, null, false, whenDown));
        if (service.protocol == Protocol.UDP) {
            specs.udp();
        }
        service.backends.forEach((server, backend) ->
                specs.backend(id(service.name, server), address(server), backend.weight(), backend.state()));
        return specs.spec();
    }
}
