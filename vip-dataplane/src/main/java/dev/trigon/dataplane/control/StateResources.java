package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.ExplainView;
import dev.trigon.dataplane.api.FlowCountView;
import dev.trigon.dataplane.api.FlowView;
import dev.trigon.dataplane.api.StatusView;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What runs, and what it has done: read only. */
final class StateResources {
    private static final int MAX_FLOW_LIMIT = 100_000;

    private final ServiceRegistry registry;
    private final DataPath dataPath;
    private final String version;
    private final LongSupplier uptimeSeconds;

    StateResources(ServiceRegistry registry, DataPath dataPath, String version, LongSupplier uptimeSeconds) {
        this.registry = registry;
        this.dataPath = dataPath;
        this.version = version;
        this.uptimeSeconds = uptimeSeconds;
    }

    List<Route> routes() {
        String root = ControlApi.ROOT;
        return List.of(
                Route.of("GET", root + "/status", call -> Answer.ok(status())),
                Route.of("GET", root + "/counters", this::counters),
                Route.of("GET", root + "/flows", this::flows),
                Route.of("GET", root + "/flows/count", call -> Answer.ok(flowCount())),
                Route.of("GET", root + "/explain", this::explain));
    }

    private StatusView status() {
        DataPath.Running running = dataPath.running();
        return new StatusView(
                version,
                uptimeSeconds.getAsLong(),
                running.engine(),
                running.engineReason(),
                running.interfaces(),
                running.workers(),
                registry.services().size(),
                dataPath.activeFlows(),
                dataPath.maxFlows(),
                running.allocatedBytes());
    }

    private FlowCountView flowCount() {
        return new FlowCountView(dataPath.activeFlows(), dataPath.maxFlows());
    }

    private Answer counters(Call call) throws Refusal {
        String asked = call.query(ControlApi.MEANINGS_PARAMETER);
        if (asked != null && !asked.equals("true") && !asked.equals("false")) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED, "the request", "'meanings' is '" + asked + "'", "give true or false");
        }
        return Answer.ok(Views.counters(dataPath.counters(), "true".equals(asked) ? dataPath.meanings() : null));
    }

    private Answer flows(Call call) throws Refusal {
        int limit = limit(call.query(ControlApi.LIMIT_PARAMETER));
        Map<Integer, Owned> owners = owners();
        List<FlowView> flows = new ArrayList<>();
        dataPath.forEachFlow(flow -> {
            if (flows.size() < limit) {
                flows.add(view(flow, owners.get(flow.backendId())));
            }
        });
        long active = Math.max(dataPath.activeFlows(), flows.size());
        return Answer.ok(flows).with(ControlApi.ACTIVE_FLOWS_HEADER, Long.toString(active));
    }

    private static int limit(@Nullable String text) throws Refusal {
        if (text == null) {
            return ControlApi.DEFAULT_FLOW_LIMIT;
        }
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) > MAX_FLOW_LIMIT) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED,
                    "the request",
                    "'limit' is '" + text + "'",
                    "give a whole number from 0 to " + MAX_FLOW_LIMIT);
        }
        return Integer.parseInt(text);
    }

    private record Owned(ServiceSpec service, BackendSpec backend) {}

    private Map<Integer, Owned> owners() {
        Map<Integer, Owned> owners = new HashMap<>();
        for (ServiceSpec service : registry.services()) {
            for (BackendSpec backend : service.backends()) {
                owners.put(backend.id(), new Owned(service, backend));
            }
        }
        return owners;
    }

    private static FlowView view(DataPath.Flow flow, @Nullable Owned owner) {
        return new FlowView(
                flow.protocol().label(),
                Addresses.format(flow.client(), flow.clientPort()),
                Addresses.format(flow.vip(), flow.vipPort()),
                owner == null ? null : owner.service().name(),
                owner == null ? null : owner.backend().name(),
                flow.state(),
                flow.idleSeconds(),
                flow.packets(),
                flow.bytes());
    }

    private Answer explain(Call call) throws Refusal {
        Protocol protocol = protocol(call.requiredQuery("protocol", "tcp"));
        Endpoint client = Endpoint.of("client", call.requiredQuery("client", "198.51.100.10:40000"));
        Endpoint vip = Endpoint.of("vip", call.requiredQuery("vip", "203.0.113.10:80"));
        checkFamilies(client, vip);
        DataPath.Explanation found =
                dataPath.explain(protocol, client.address(), client.port(), vip.address(), vip.port());
        Owned owner = owners().get(found.backendId());
        return Answer.ok(new ExplainView(
                protocol.label(),
                Addresses.format(client.address(), client.port()),
                Addresses.format(vip.address(), vip.port()),
                found.service(),
                owner == null ? null : owner.backend().name(),
                owner == null ? null : Addresses.format(owner.backend().address()),
                found.reason()));
    }

    private static Protocol protocol(String text) throws Refusal {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.label().equals(text)) {
                return protocol;
            }
        }
        throw new Refusal("explain", "the protocol is '" + text + "'", "give tcp or udp");
    }

    private record Endpoint(InetAddress address, int port) {
        /** IPv6 stands in brackets: without them nobody could tell the port from the address. */
        private static final Pattern FORM = Pattern.compile("(?:([0-9.]+)|\\[([0-9A-Fa-f:.]+)]):([0-9]{1,5})");

        static Endpoint of(String name, String text) throws Refusal {
            Matcher parts = FORM.matcher(text);
            boolean matches = parts.matches();
            String ipv4 = matches ? parts.group(1) : null;
            String ipv6 = matches ? parts.group(2) : null;
            Optional<InetAddress> address = ipv4 != null
                    ? Addresses.parse(ipv4).filter(Inet4Address.class::isInstance)
                    : Addresses.parse(String.valueOf(ipv6)).filter(Inet6Address.class::isInstance);
            if (address.isEmpty() || Integer.parseInt(parts.group(3)) > 65_535) {
                throw new Refusal(
                        "explain",
                        "'" + name + "' is '" + text + "'",
                        "give an address and a port, such as 192.0.2.10:80 or [2001:db8::10]:80");
            }
            return new Endpoint(address.get(), Integer.parseInt(parts.group(3)));
        }
    }

    private static void checkFamilies(Endpoint client, Endpoint vip) throws Refusal {
        String clients = Addresses.family(client.address());
        String vips = Addresses.family(vip.address());
        if (!clients.equals(vips)) {
            throw new Refusal(
                    "explain",
                    "the client's address is " + clients + " and the VIP's is " + vips,
                    "give two of one family, as one packet has them");
        }
    }
}
