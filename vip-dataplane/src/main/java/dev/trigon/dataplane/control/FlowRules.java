package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What of a flow policy goes together, and with what service. */
final class FlowRules {
    private FlowRules() {}

    static void check(List<ServiceDraft> services) throws Refusal {
        Map<String, ServiceDraft> firstOfGroup = new HashMap<>();
        for (ServiceDraft service : services) {
            checkOne(service);
            Affinity affinity = service.flows().affinity();
            String group = affinity == null ? null : affinity.group();
            ServiceDraft other = group == null ? null : firstOfGroup.putIfAbsent(group, service);
            if (affinity != null && group != null && other != null) {
                checkSameClients(service, affinity, group, other);
            }
        }
    }

    private static void checkOne(ServiceDraft service) throws Refusal {
        FlowPolicy flows = service.flows();
        String what = ServiceRules.named(service);
        if (flows.onePacket() && service.protocol() != Protocol.UDP) {
            throw new Refusal(
                    what,
                    "onePacket places each packet by itself, and the packets of a connection belong to one server",
                    "leave onePacket to udp services");
        }
        if (flows.onePacket() && flows.affinity() != null) {
            throw new Refusal(
                    what,
                    "onePacket remembers nothing, and affinity remembers which client went where",
                    "choose one of the two");
        }
        checkTimeouts(service, what);
        if (service.availability().passive() != null && service.protocol() != Protocol.TCP) {
            throw new Refusal(
                    what,
                    "passive is about TCP handshakes, and udp has none",
                    "set passive to false, and give health to have its servers checked");
        }
        if (flows.whenDown() == WhenDown.MOVE && service.protocol() != Protocol.TCP) {
            throw new Refusal(
                    what,
                    "whenDown move is about TCP connections, and udp flows move in any case",
                    "set whenDown to reset, which is the default");
        }
    }

    /** A timeout of states that its flows never have would only look as if something were set. */
    private static void checkTimeouts(ServiceDraft service, String what) throws Refusal {
        boolean tcp = service.protocol() == Protocol.TCP;
        for (String state : service.flows().timeouts().states()) {
            if (tcp == state.equals(TimeoutOverrides.UDP)) {
                throw new Refusal(
                        what,
                        "timeout " + state + " is for " + (tcp ? "udp" : "tcp") + " services, and this one is "
                                + service.protocol().label(),
                        "leave it out, or set it back to default");
            }
        }
    }

    /**
     * Clients are looked up by their masked address: with other masks nobody would be found again. And a client has one
     * entry, with one time.
     */
    private static void checkSameClients(ServiceDraft service, Affinity affinity, String group, ServiceDraft other)
            throws Refusal {
        Affinity theirs = other.flows().affinity();
        if (theirs != null && (theirs.prefix4() != affinity.prefix4() || theirs.prefix6() != affinity.prefix6())) {
            throw ServiceRules.conflict(
                    ServiceRules.named(service),
                    "in affinity group '" + group + "' it tells clients apart by " + prefixes(affinity) + ", and "
                            + ServiceRules.named(other) + " by " + prefixes(theirs),
                    "give every service of a group the same prefix and prefix6");
        }
        if (theirs != null && !theirs.time().equals(affinity.time())) {
            throw ServiceRules.conflict(
                    ServiceRules.named(service),
                    "in affinity group '" + group + "' it remembers clients for " + Durations.format(affinity.time())
                            + ", and " + ServiceRules.named(other) + " for " + Durations.format(theirs.time()),
                    "give every service of a group the same time");
        }
    }

    private static String prefixes(Affinity affinity) {
        return "/" + affinity.prefix4() + " and /" + affinity.prefix6();
    }
}
