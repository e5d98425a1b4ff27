package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Scatter;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An address that is served, with the services behind its ports. */
public final class Vip {
    private final InetAddress address;
    private final long high;
    private final long low;
    private final boolean own;
    private final VipPorts tcp;
    private final VipPorts udp;
    private final Backend[] steady;

    /** @param services one at least, all of this VIP, in the order of the services file */
    Vip(InetAddress address, boolean own, List<Service> services) {
        this.address = address;
        this.high = IpAddress.high(address);
        this.low = IpAddress.low(address);
        this.own = own;
        this.tcp = VipPorts.of(services, Protocol.TCP);
        this.udp = VipPorts.of(services, Protocol.UDP);
        this.steady = services.get(0).backends().stream()
                .filter(Backend::takesNewFlows)
                .toArray(Backend[]::new);
    }

    public InetAddress address() {
        return address;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    boolean is(long addressHigh, long addressLow) {
        return low == addressLow && high == addressHigh;
    }

    /** Whether the gateway itself has this address: what no service asks for is then the kernel's, and no stray packet. */
    public boolean isOwn() {
        return own;
    }

    /** The service for a port of a protocol, or null. */
    public @Nullable Service service(int protocol, int port) {
        if (protocol == Protocol.TCP.number()) {
            return tcp.at(port);
        }
        return protocol == Protocol.UDP.number() ? udp.at(port) : null;
    }

    /**
     * A backend for what has neither ports nor a flow, such as a ping: one that takes flows of the VIP's first service, the
     * same for the same hash for as long as it does. Null when there is none.
     *
     * <p>By rendezvous hashing (Thaler, Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1),
     * 1998): each backend's address and the hash make a score, and the highest wins. So a backend that comes or goes moves
     * nobody else's, and a list's order does not matter.
     */
    public @Nullable Backend steady(long hash) {
        Backend best = null;
        long highest = Long.MIN_VALUE;
        for (Backend backend : steady) {
            long score = Scatter.mix(hash ^ backend.identity());
            if (best == null || score > highest) {
                best = backend;
                highest = score;
            }
        }
        return best;
    }
}
