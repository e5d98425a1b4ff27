package dev.trigon.dataplane.nexthop;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Change;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.NetlinkMonitor;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the next hop to each backend as the kernel's routes and neighbours have it, in one thread of its own.
 *
 * <p>A MAC that is missing is asked for by the kernel, with the gateway's own address: a server that holds the VIP
 * would not answer a question that comes from the VIP. The kernel forgets or distrusts what nobody uses, and our frames
 * go past it; so every next hop is named to it again from time to time, which makes it verify. Where the gateway's own
 * address is a VIP itself, the kernel's question would find no answer either: then an {@link ArpProbe} goes with it.
 */
public final class NextHops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NextHops.class);
    private static final int LISTEN_MS = 200;
    private static final long RETRY_NS = 1_000_000_000L;
    private static final int IPV6_LEAST_MTU = 1_280;
    private static final long VERIFY_NS = 10_000_000_000L;

    private final Rtnetlink kernel;
    private final NetlinkMonitor monitor;
    private final long verifyEveryNs;
    private final Runnable onRouting;
    private final Map<InetAddress, Tracked> tracked = new HashMap<>();
    private final ArpProbe probe = new ArpProbe();
    /** The gateway's own addresses that are VIPs. */
    private Set<InetAddress> shared = Set.of();
    /**
     * The kernel may ask in the name of a VIP: it takes the first address of the interface, whatever source a route prefers.
     * IPv6's asks from a link-local address.
     */
    private boolean needsProbe;

    private final Thread listener = new Thread(this::listen, "next-hops");
    private volatile boolean closing;

    private NextHops(Rtnetlink kernel, NetlinkMonitor monitor, long verifyEveryNs, Runnable onRouting) {
        this.kernel = kernel;
        this.onRouting = onRouting;
        this.monitor = monitor;
        this.verifyEveryNs = verifyEveryNs;
    }

    /** @param onRouting called in the listening thread when a route, link or own address has changed */
    public static NextHops follow(Rtnetlink kernel, Runnable onRouting) {
        return follow(kernel, VERIFY_NS, onRouting);
    }

    static NextHops follow(Rtnetlink kernel, long verifyEveryNs, Runnable onRouting) {
        NextHops hops = new NextHops(kernel, NetlinkMonitor.open(), verifyEveryNs, onRouting);
        hops.listener.setDaemon(true);
        hops.listener.start();
        return hops;
    }

    /** Says which of the gateway's own addresses servers hold too: they answer no question that comes from one of those. */
    public synchronized void share(Set<InetAddress> own) {
        if (!own.equals(shared)) {
            shared = Set.copyOf(own);
            needsProbe = shared.stream().anyMatch(Inet4Address.class::isInstance);
            tracked.values().forEach(this::resolve);
        }
    }

    /** The slot of this address, resolved already if the kernel knows the next hop; the same one each time. */
    public synchronized NextHopSlot slot(InetAddress address) {
        Tracked known = tracked.get(address);
        if (known == null) {
            known = new Tracked(address);
            tracked.put(address, known);
            resolve(known);
        }
        return known.slot;
    }

    /** Forgets every address but these. */
    public synchronized void retain(Set<InetAddress> addresses) {
        tracked.keySet().retainAll(addresses);
    }

    private void listen() {
        long verifiedNs = System.nanoTime();
        long retriedNs = verifiedNs;
        while (!closing) {
            try {
                News news = new News();
                monitor.await(LISTEN_MS, news::add);
                long nowNs = System.nanoTime();
                boolean verify = nowNs - verifiedNs >= verifyEveryNs;
                boolean retry = nowNs - retriedNs >= RETRY_NS;
                verifiedNs = verify ? nowNs : verifiedNs;
                retriedNs = retry ? nowNs : retriedNs;
                react(news, retry, verify);
                if (news.routing) {
                    onRouting.run();
                }
            } catch (RuntimeException e) {
                // what is known stays in use, whatever is wrong
                LOG.warn("following routes and neighbours: {}", e.toString());
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    /** What was heard in one round, as little as is needed of it: a storm of routes must not fill the heap. */
    private final class News {
        private final Set<InetAddress> neighbours = new HashSet<>();
        private boolean routing;

        void add(Change change) {
            if (!(change instanceof Change.NeighbourChange neighbour)) {
                routing = true;
            } else if (isHop(neighbour.neighbour().address())) {
                neighbours.add(neighbour.neighbour().address());
            }
        }
    }

    private synchronized boolean isHop(InetAddress address) {
        return tracked.values().stream().anyMatch(one -> address.equals(one.hopAddress));
    }

    private synchronized void react(News news, boolean retry, boolean verify) {
        for (Tracked one : tracked.values()) {
            boolean known = one.slot.get() != null && !one.isStale;
            if (news.routing || news.neighbours.contains(one.hopAddress) || (retry && !known)) {
                resolve(one);
            } else if (verify && known && !one.isStatic) {
                verify(one);
            }
        }
    }

    private void verify(Tracked one) {
        try {
            askForMac(one);
        } catch (LinuxException e) {
            failed(one, e);
        }
    }

    private void askForMac(Tracked one) {
        kernel.useNeighbour(one.ifIndex, one.hopAddress);
        long nowNs = System.nanoTime();
        // the kernel asks once a second at most, however often it is told to; so does this
        if (needsProbe && one.hopAddress instanceof Inet4Address address && nowNs - one.probedNs >= RETRY_NS) {
            one.probedNs = nowNs;
            probe.send(one.ifIndex, one.ownMac, address);
        }
    }

    /** One backend's trouble is not the others'. What was known of it stays in use until it has been asked about again. */
    private static void failed(Tracked one, LinuxException why) {
        one.isStale = true;
        LOG.warn("next hop to {}: {}", one.address.getHostAddress(), why.getMessage());
    }

    private void resolve(Tracked one) {
        try {
            NextHop before = one.slot.get();
            NextHop now = ask(one);
            one.isStale = false;
            one.slot.set(now);
            tell(one, before, now);
        } catch (LinuxException e) {
            failed(one, e);
        }
    }

    private static void tell(Tracked one, @Nullable NextHop before, @Nullable NextHop now) {
        if (before != null && now == null) {
            LOG.warn("no next hop to {} any more: its MAC or its route is gone", one.address.getHostAddress());
        } else if (now != null && !now.equals(before)) {
            LOG.info(
                    "next hop to {}: {} on interface {}",
                    one.address.getHostAddress(),
                    new MacAddress(now.destinationMac()),
                    now.ifIndex());
        }
    }

    private @Nullable NextHop ask(Tracked one) {
        Optional<Route> route = kernel.routeTo(one.address).filter(r -> r.type() == Route.Type.UNICAST);
        if (route.isEmpty()) {
            one.ifIndex = 0;
            return null;
        }
        InetAddress gateway = route.get().gateway();
        one.ifIndex = route.get().ifIndex();
        one.hopAddress = gateway == null ? one.address : gateway;
        Optional<Link> link =
                kernel.links().stream().filter(l -> l.index() == one.ifIndex).findFirst();
        MacAddress ours = link.map(Link::mac).orElse(null);
        one.ownMac = ours == null ? 0 : ours.value();
        Optional<Neighbour> neighbour =
                kernel.neighbour(one.ifIndex, one.hopAddress).filter(Neighbour::usable);
        if (neighbour.isEmpty()) {
            askForMac(one);
            return null;
        }
        Neighbour.State state = neighbour.get().state();
        one.isStatic = state == Neighbour.State.PERMANENT || state == Neighbour.State.NOARP;
        MacAddress theirs = neighbour.get().mac();
        if (theirs == null || ours == null || link.isEmpty()) {
            return null;
        }
        int mtu = mtu(route.get(), link.get());
        return new NextHop(one.ifIndex, ours.value(), theirs.value(), mtu, gateway == null);
    }

    /** A route may carry less than its link: what is behind it is narrower, and an operator knows. */
    private static int mtu(Route route, Link link) {
        if (route.mtu() == 0) {
            return link.mtu();
        }
        // the kernel forwards no less than every IPv6 link carries (RFC 8200, section 5), and hosts believe no less
        int least = route.destination() instanceof Inet4Address ? 0 : IPV6_LEAST_MTU;
        return Math.min(Math.max(route.mtu(), least), link.mtu());
    }

    @Override
    public void close() {
        closing = true;
        try {
            listener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        monitor.close();
        probe.close();
    }

    private static final class Tracked {
        final InetAddress address;
        final NextHopSlot slot = new NextHopSlot();
        int ifIndex;
        InetAddress hopAddress;
        /** Written down by an operator, not learned. Naming it to the kernel would make it one that is learned (Linux 5.16). */
        boolean isStatic;

        long ownMac;
        long probedNs = System.nanoTime() - RETRY_NS;
        /** The kernel could not be asked the last time. */
        boolean isStale;

        Tracked(InetAddress address) {
            this.address = address;
            this.hopAddress = address;
        }
    }
}
