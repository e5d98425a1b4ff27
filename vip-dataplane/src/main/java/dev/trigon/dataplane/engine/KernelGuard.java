package dev.trigon.dataplane.engine;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the gateway's own stack away from VIP packets. A capture is a copy: the kernel gets each packet too, and would
 * route it, or answer it. A blackhole route for each VIP makes it drop its copy without a word; the capture, which is
 * taken before routing, does not notice.
 *
 * <p>The routes carry a protocol number that is Trigon's, so that those of a vipd that was killed are known as such.
 */
final class KernelGuard {
    /** rtm_protocol, linux/rtnetlink.h: above 4 free for whoever claims one. {@code ip route show proto 84}. */
    static final int ROUTE_PROTOCOL = 84;

    private static final Logger LOG = LoggerFactory.getLogger(KernelGuard.class);

    private final Rtnetlink kernel;
    private final Set<InetAddress> guarded = new HashSet<>();

    KernelGuard(Rtnetlink kernel) {
        this.kernel = kernel;
    }

    /** The prefix length of one address alone. */
    static int hostPrefix(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }

    /** Guards these too. Those that it guards already are looked after: thousands cost a change nothing. */
    synchronized void add(Set<InetAddress> vips) {
        Set<InetAddress> more = new HashSet<>(vips);
        more.removeAll(guarded);
        for (InetAddress vip : more) {
            try {
                kernel.addBlackhole(vip, hostPrefix(vip), ROUTE_PROTOCOL);
                guarded.add(vip);
            } catch (LinuxException e) {
                LOG.error(
                        "the kernel handles packets to {} as well, twice is wrong: {}",
                        vip.getHostAddress(),
                        e.getMessage());
            }
        }
    }

    /** Which of these have no blackhole, whoever's; those that could not be guarded too. */
    synchronized Set<InetAddress> missing(Set<InetAddress> vips) {
        Set<InetAddress> missing = new HashSet<>(vips);
        missing.removeAll(blackholes(kernel.routes(ROUTE_PROTOCOL)));
        if (!missing.isEmpty()) {
            missing.removeAll(blackholes(kernel.routes()));
        }
        return missing;
    }

    private static Set<InetAddress> blackholes(List<Route> routes) {
        return routes.stream()
                .filter(r -> r.type() == Route.Type.BLACKHOLE && r.prefixLength() == hostPrefix(r.destination()))
                .map(Route::destination)
                .collect(Collectors.toSet());
    }

    /** Puts back what somebody has taken away. */
    synchronized void repair() {
        for (InetAddress vip : missing(guarded)) {
            if (kernel.addBlackhole(vip, hostPrefix(vip), ROUTE_PROTOCOL)) {
                LOG.warn("the guard route for {} was gone, and is back", vip.getHostAddress());
            }
        }
    }

    /** Takes away every guard but those for these, also what a vipd that was killed left behind. */
    synchronized void retain(Set<InetAddress> vips) {
        Set<InetAddress> extra = kernel.routes(ROUTE_PROTOCOL).stream()
                .filter(r -> r.prefixLength() == hostPrefix(r.destination()))
                .map(Route::destination)
                .collect(Collectors.toCollection(HashSet::new));
        extra.removeAll(vips);
        remove(extra);
    }

    /** Takes away what this guard put there, and nothing of another's. */
    synchronized void clear() {
        remove(Set.copyOf(guarded));
    }

    private void remove(Set<InetAddress> vips) {
        for (InetAddress vip : vips) {
            kernel.removeBlackhole(vip, hostPrefix(vip), ROUTE_PROTOCOL);
            guarded.remove(vip);
        }
    }
}
