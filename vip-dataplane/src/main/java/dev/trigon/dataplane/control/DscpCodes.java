package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which code stands for which VIP in l3dsr. A code has 6 bits (RFC 2474, section 3) and 0 is what every packet has, so there
 * are 63, one a VIP. A VIP keeps its code for as long as any service uses it: the servers' agents are told it once.
 *
 * <p>Codes not asked for come from where they are least likely to mean something to a router: first those for local use
 * (xxxx11, pool 2 of RFC 2474, section 6), then pool 3 (xxxx01), then those that standards assign.
 */
final class DscpCodes {
    static final List<Integer> ORDER = order();

    private final Map<InetAddress, Integer> codes = new HashMap<>();
    private final Map<Integer, InetAddress> owners = new HashMap<>();

    private DscpCodes() {}

    private static List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        List<IntPredicate> pools = List.of(code -> (code & 3) == 3, code -> (code & 3) == 1, code -> (code & 1) == 0);
        for (IntPredicate pool : pools) {
            IntStream.rangeClosed(1, 63).filter(pool).forEach(order::add);
        }
        return List.copyOf(order);
    }

    /** A code for every VIP in l3dsr: the one asked for, else the one it has, else the first that is free. */
    static Map<InetAddress, Integer> assign(List<ServiceDraft> services, Map<InetAddress, Integer> present)
            throws Refusal {
        DscpCodes given = new DscpCodes();
        for (ServiceDraft service : services) {
            Integer asked = service.dscp();
            if (asked != null) {
                given.take(service, asked);
            }
        }
        for (ServiceDraft service : services) {
            Integer kept = present.get(service.vip());
            if (kept != null && given.needsOne(service)) {
                given.take(service, kept);
            }
        }
        for (ServiceDraft service : services) {
            if (given.needsOne(service)) {
                given.take(service, given.firstFree(service));
            }
        }
        return Map.copyOf(given.codes);
    }

    private boolean needsOne(ServiceDraft service) {
        return service.forward() == ForwardMode.L3DSR && !codes.containsKey(service.vip());
    }

    private void take(ServiceDraft service, int code) throws Refusal {
        String what = ServiceRules.named(service);
        if (service.forward() != ForwardMode.L3DSR) {
            throw new Refusal(
                    what,
                    "it has a dscp, and " + service.forward().label() + " uses none",
                    "leave dscp out, or forward by l3dsr");
        }
        Integer other = codes.putIfAbsent(service.vip(), code);
        if (other != null && other != code) {
            throw ServiceRules.conflict(
                    what,
                    "it asks for dscp " + code + ", and another service of VIP " + Addresses.format(service.vip())
                            + " for " + other,
                    "give every service of a VIP the same dscp, or none");
        }
        InetAddress owner = owners.putIfAbsent(code, service.vip());
        if (owner != null && !owner.equals(service.vip())) {
            throw ServiceRules.conflict(
                    what,
                    "dscp " + code + " cannot stand for VIP " + Addresses.format(service.vip()) + ": it stands for VIP "
                            + Addresses.format(owner),
                    "choose another dscp, or none to be given a free one");
        }
    }

    private int firstFree(ServiceDraft service) throws Refusal {
        for (int code : ORDER) {
            if (!owners.containsKey(code)) {
                return code;
            }
        }
        throw new Refusal(
                ServiceRules.named(service),
                "all 63 DSCP codes stand for other VIPs already",
                "put the service on a VIP that is there, or forward it by l2dsr");
    }
}
