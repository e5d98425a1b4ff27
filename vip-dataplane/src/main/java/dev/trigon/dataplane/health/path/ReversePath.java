package dev.trigon.dataplane.health.path;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether this gateway's kernel takes a reply, whose source is the VIP. The way back to the VIP is by {@link CheckDevice}, and the
 * reply comes in by another interface: strict reverse path filtering drops that (RFC 3704, section 2.2), loose filtering does not.
 * IPv6 has none in the kernel.
 *
 * <p>What was found of an interface is known until the next {@link #refresh}: who asks is not kept waiting for the kernel.
 */
final class ReversePath {
    private static final int STRICT = 1;

    private final Rtnetlink kernel;
    /** By interface: the obstacle, if there is one. */
    private final Map<Integer, Optional<String>> known = new ConcurrentHashMap<>();

    ReversePath(Rtnetlink kernel) {
        this.kernel = kernel;
    }

    /** Why no reply would be taken that comes in by this interface; null: it would. */
    @Nullable
    String obstacle(int ifIndex) {
        return known.computeIfAbsent(ifIndex, this::look).orElse(null);
    }

    /** Looks again at every interface that was asked about. */
    void refresh() {
        known.replaceAll((ifIndex, before) -> look(ifIndex));
    }

    private Optional<String> look(int ifIndex) {
        return kernel.links().stream()
                .filter(link -> link.index() == ifIndex)
                .findFirst()
                .map(Link::name)
                .filter(ReversePath::isStrict)
                .map(ReversePath::words);
    }

    private static String words(String interfaceName) {
        return "rp_filter is " + STRICT + " on " + interfaceName
                + ", so this gateway drops what its servers reply, from the"
                + " VIP; set it to 2: sysctl -w "
                + Sysctl.ipv4Interface(interfaceName, "rp_filter").name() + "=2";
    }

    /** The kernel takes the larger of the two. */
    private static boolean isStrict(String interfaceName) {
        try {
            int all = Sysctl.ipv4Interface("all", "rp_filter").readInt();
            int own = Sysctl.ipv4Interface(interfaceName, "rp_filter").readInt();
            return Math.max(all, own) == STRICT;
        } catch (LinuxException e) {
            // an interface that has just gone: the check will say what is wrong
            return false;
        }
    }
}
