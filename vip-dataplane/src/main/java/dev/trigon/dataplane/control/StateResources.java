package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.ExplainView;
import dev.trigon.dataplane.api.StatusView;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.Endpoint;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What runs, what it has done, and how it is. */
final class StateResources {
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
                Route.of("GET", root + "/counters", this::counters, ControlApi.MEANINGS_PARAMETER),
                Route.of("GET", root + "/explain", this::explain, "protocol", "client", "vip"),
                Route.of(
                        "GET",
                        root + "/doctor",
                        call -> Answer.ok(dataPath.doctor().examine())),
                Route.of(
                        "POST",
                        root + "/doctor/fix",
                        call -> Answer.ok(dataPath.doctor().mend())));
    }

    private StatusView status() {
        DataPath.Running running = dataPath.running();
        ServicesState state = registry.state();
        return new StatusView(
                version,
                uptimeSeconds.getAsLong(),
                running.engine(),
                running.engineReason(),
                running.arms().stream().map(DataPath.ArmStatus::interfaceName).toList(),
                running.arms().stream().map(Views::arm).toList(),
                running.workers(),
                state.services().size(),
                state.revision().number(),
                registry.pending(),
                dataPath.activeFlows(),
                dataPath.maxFlows(),
                running.allocatedBytes(),
                running.stateFault());
    }

    private Answer counters(Call call) throws Refusal {
        boolean meanings = call.flag(ControlApi.MEANINGS_PARAMETER);
        return Answer.ok(Views.counters(dataPath.counters(), meanings ? dataPath.meanings() : null));
    }

    private Answer explain(Call call) throws Refusal {
        Protocol protocol = protocol(call.requiredQuery("protocol", "tcp"));
        Endpoint client = endpoint(call, "client", "198.51.100.10:40000");
        Endpoint vip = endpoint(call, "vip", "203.0.113.10:80");
        checkFamilies(client, vip);
        DataPath.Explanation found =
                dataPath.explain(protocol, client.address(), client.port(), vip.address(), vip.port());
        FlowNames.Owner owner = FlowNames.of(registry.state()).owner(found.backendId());
        DataPath.Passage passage = found.passage();
        return Answer.ok(new ExplainView(
                protocol.label(),
                client.toString(),
                vip.toString(),
                found.service(),
                owner == null ? null : owner.backend(),
                owner == null ? null : Addresses.format(owner.address()),
                found.reason(),
                found.detail(),
                dataPath.whyDown(found.backendId()),
                nextHop(passage),
                passage == null ? null : passage.before(),
                passage == null ? null : passage.after()));
    }

    private static ExplainView.@Nullable NextHop nextHop(DataPath.@Nullable Passage passage) {
        String egress = passage == null ? null : passage.egress();
        String mac = passage == null ? null : passage.nextHopMac();
        return passage == null || egress == null || mac == null
                ? null
                : new ExplainView.NextHop(egress, mac, passage.direct());
    }

    private static Protocol protocol(String text) throws Refusal {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.label().equals(text)) {
                return protocol;
            }
        }
        throw new Refusal("explain", "the protocol is '" + text + "'", "give tcp or udp");
    }

    private static Endpoint endpoint(Call call, String name, String example) throws Refusal {
        String text = call.requiredQuery(name, example);
        return Endpoint.parse(text)
                .orElseThrow(() -> new Refusal(
                        "explain",
                        "'" + name + "' is '" + text + "'",
                        "give an address and a port, such as " + Endpoint.EXAMPLES));
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
