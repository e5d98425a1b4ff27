package dev.trigon.dataplane.health.path;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.PolicyRouting;
import dev.trigon.linux.netlink.Rule;
import dev.trigon.linux.netlink.TableRoute;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads what the gateway itself sends to a VIP to one interface: a rule a family, for what no interface brought in, and a table
 * with a route a VIP. What the gateway forwards never meets the rule, and the guard of the main table stays as it is.
 *
 * <p>The routes are gone with the interface. The rules are not: after a kill the next start finds them by their owner.
 */
final class PathRoutes implements AutoCloseable {
    /** Of one's own; the kernel's are 253 to 255, and administrators count from 1 on. */
    static final int TABLE = 8484;
    /** Behind the gateway's own addresses (0), before what an administrator may have ruled. */
    static final int PRIORITY = 84;
    /** In a rule: what this host sends itself. */
    private static final String FROM_HERE = "lo";

    private static final Logger LOG = LoggerFactory.getLogger(PathRoutes.class);

    private final PolicyRouting kernel;
    private final int owner;
    private int ifIndex;
    private final Set<Rule> rules = new HashSet<>();
    /** Read by who must not wait for what is being repaired, as the obstacles are. */
    private volatile Set<InetAddress> vips = Set.of();

    private final Map<InetAddress, String> obstacles = new ConcurrentHashMap<>();

    private PathRoutes(PolicyRouting kernel, int owner) {
        this.kernel = kernel;
        this.owner = owner;
    }

    /**
     * Starts without any, and without what a vipd that was killed left behind.
     *
     * @param owner the route protocol that rules and routes carry
     */
    static PathRoutes open(int owner) {
        PolicyRouting kernel = PolicyRouting.open();
        try {
            removeAll(kernel, owner);
        } catch (LinuxException e) {
            kernel.close();
            throw e;
        }
        return new PathRoutes(kernel, owner);
    }

    /** Removes what a vipd that was killed left behind. */
    static void clean(int owner) {
        try (PolicyRouting kernel = PolicyRouting.open()) {
            removeAll(kernel, owner);
        }
    }

    private static void removeAll(PolicyRouting kernel, int owner) {
        kernel.rules().stream().filter(rule -> rule.protocol() == owner).forEach(kernel::removeRule);
    }

    /** By which interface; until then, and when another one takes its place, there are no routes. */
    synchronized void by(int newIfIndex) {
        ifIndex = newIfIndex;
        repair();
    }

    /** Leads these, and no others. */
    synchronized void use(Set<InetAddress> wanted) {
        for (InetAddress vip : vips) {
            if (!wanted.contains(vip)) {
                obstacles.remove(vip);
                drop(vip);
            }
        }
        vips = Set.copyOf(wanted);
        repair();
        Set<Rule> needed = vips.stream().map(this::ruleFor).collect(Collectors.toSet());
        for (Rule rule : Set.copyOf(rules)) {
            if (!needed.contains(rule)) {
                kernel.removeRule(rule);
                rules.remove(rule);
            }
        }
    }

    private void drop(InetAddress vip) {
        try {
            kernel.removeRoute(route(vip));
        } catch (LinuxException e) {
            // with the interface it is gone as well
            LOG.debug("removing {}", route(vip), e);
        }
    }

    /** Puts there what is not there: at first, and when somebody has taken it away. */
    synchronized void repair() {
        Map<Rule, LinuxException> refused = new HashMap<>();
        for (Rule rule : vips.stream().map(this::ruleFor).collect(Collectors.toSet())) {
            try {
                boolean added = kernel.addRule(rule);
                boolean known = !rules.add(rule);
                if (added && known) {
                    LOG.warn("the rule {} was gone, and is back", rule);
                }
            } catch (LinuxException e) {
                refused.put(rule, e);
            }
        }
        for (InetAddress vip : vips) {
            note(vip, lead(vip, refused.get(ruleFor(vip))));
        }
    }

    private @Nullable LinuxException lead(InetAddress vip, @Nullable LinuxException refusedRule) {
        try {
            kernel.addRoute(route(vip));
            return refusedRule;
        } catch (LinuxException e) {
            return e;
        }
    }

    private void note(InetAddress vip, @Nullable LinuxException failure) {
        if (failure == null) {
            obstacles.remove(vip);
            return;
        }
        String why = "checks cannot be led to " + vip.getHostAddress() + ": " + failure.getMessage();
        if (!why.equals(obstacles.put(vip, why))) {
            LOG.warn("{}", why);
        }
    }

    /** Why what is sent to this VIP does not get to the interface; null: it does. */
    @Nullable
    String obstacle(InetAddress vip) {
        return vips.contains(vip)
                ? obstacles.get(vip)
                : vip.getHostAddress() + " is no VIP with checks, or is an address of this gateway, where what it sends"
                        + " there stays";
    }

    private Rule ruleFor(InetAddress vip) {
        ProtocolFamily family =
                vip instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        return new Rule(family, PRIORITY, FROM_HERE, TABLE, owner);
    }

    private TableRoute route(InetAddress vip) {
        return new TableRoute(vip, ifIndex, TABLE, owner);
    }

    @Override
    public synchronized void close() {
        try {
            use(Set.of());
        } finally {
            kernel.close();
        }
    }
}
