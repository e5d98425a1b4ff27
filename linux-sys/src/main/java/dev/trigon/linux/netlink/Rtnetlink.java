package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's links, addresses, routes and neighbours: asked and changed over an rtnetlink socket (rtnetlink(7)).
 *
 * <p>Every call waits for the kernel's answer and may be made from any thread. It sees the network namespace of the thread that
 * opened it. What fails is a {@link LinuxException} that names the request, its arguments and the kernel's reason.
 *
 * <p>What takes an address takes IPv4 and IPv6; lists are of the families in {@link #FAMILIES}.
 */
public final class Rtnetlink implements AutoCloseable {
    /** The families that lists and notifications are of. */
    static final List<Family> FAMILIES = List.of(Family.INET, Family.INET6);

    private static final Set<Route.Type> FORBIDDING =
            Set.of(Route.Type.BLACKHOLE, Route.Type.UNREACHABLE, Route.Type.PROHIBIT);

    private static final int ENOENT = 2;
    private static final int ESRCH = 3;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int EADDRNOTAVAIL = 99;
    private static final int ENETUNREACH = 101;
    private static final int EHOSTUNREACH = 113;

    /** IFNAMSIZ without the terminating zero. */
    private static final int MAX_LINK_NAME_OCTETS = 15;

    /** The highest protocol that the kernel and administrators use themselves. */
    private static final int RTPROT_STATIC = 4;

    private static final int MAX_PROTOCOL = 255;
    private static final int ANY_PROTOCOL = 0;

    private static final int CREATE = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    private final Conversation conversation;

    private Rtnetlink(Conversation conversation) {
        this.conversation = conversation;
    }

    public static Rtnetlink open() {
        return new Rtnetlink(Conversation.open());
    }

    public synchronized List<Link> links() {
        Request all = new Request("RTM_GETLINK(all)", LinkMessage.RTM_GETLINK, 0, LinkMessage::query);
        return conversation.dump(all, LinkMessage::parse);
    }

    public synchronized Optional<Link> link(String name) {
        int octets = name.getBytes(StandardCharsets.UTF_8).length;
        if (octets == 0 || octets > MAX_LINK_NAME_OCTETS) {
            return Optional.empty();
        }
        Request request =
                new Request("RTM_GETLINK(" + name + ")", LinkMessage.RTM_GETLINK, 0, m -> LinkMessage.query(m, name));
        return get(request, LinkMessage::parse, ENODEV);
    }

    /** Gives a link its MTU and brings it up; it may be both already. */
    public synchronized void bringUp(int ifIndex, int mtu) {
        Request request = new Request(
                "RTM_NEWLINK(interface " + ifIndex + " up, MTU " + mtu + ")",
                LinkMessage.RTM_NEWLINK,
                0,
                m -> LinkMessage.bringUp(m, ifIndex, mtu));
        conversation.change(request, 0);
    }

    /** The XDP programs on a link; none too where there is no such link. */
    public synchronized List<XdpAttachment> xdpPrograms(String name) {
        Request request =
                new Request("RTM_GETLINK(" + name + ")", LinkMessage.RTM_GETLINK, 0, m -> LinkMessage.query(m, name));
        return get(request, LinkMessage::parseXdp, ENODEV).orElse(List.of());
    }

    public synchronized List<InterfaceAddress> addresses() {
        return dump("RTM_GETADDR", AddressMessage.RTM_GETADDR, AddressMessage::query, AddressMessage::parse);
    }

    /** @return false if the interface had that address with that prefix length already */
    public synchronized boolean addAddress(int ifIndex, InetAddress address, int prefixLength) {
        InterfaceAddress added = checked(ifIndex, address, prefixLength);
        Request request = new Request(
                "RTM_NEWADDR(" + describe(added) + ")",
                AddressMessage.RTM_NEWADDR,
                CREATE,
                m -> AddressMessage.write(m, added));
        return conversation.change(request, EEXIST);
    }

    /** @return false if the interface had no such address */
    public synchronized boolean removeAddress(int ifIndex, InetAddress address, int prefixLength) {
        InterfaceAddress removed = checked(ifIndex, address, prefixLength);
        Request request = new Request(
                "RTM_DELADDR(" + describe(removed) + ")",
                AddressMessage.RTM_DELADDR,
                0,
                m -> AddressMessage.write(m, removed));
        return conversation.change(request, EADDRNOTAVAIL);
    }

    /** The way the kernel would send to a destination; empty where it has none, or a route that forbids it. */
    public synchronized Optional<Route> routeTo(InetAddress destination) {
        Request request = new Request(
                "RTM_GETROUTE(" + destination.getHostAddress() + ")",
                RouteMessage.RTM_GETROUTE,
                0,
                m -> RouteMessage.lookUp(m, destination));
        AtomicBoolean learned = new AtomicBoolean();
        // EINVAL is the kernel's answer for a blackhole, EACCES the one for a prohibition; IPv6 answers with the route
        Optional<Route> way = get(
                        request,
                        message -> {
                            learned.set(RouteMessage.isLearned(message));
                            return RouteMessage.parse(message);
                        },
                        ENETUNREACH,
                        EHOSTUNREACH,
                        EINVAL,
                        EACCES)
                .filter(route -> !FORBIDDING.contains(route.type()));
        return learned.get() ? way.map(route -> route.withMtu(mtuOfRouteTo(destination))) : way;
    }

    /** What the route says that would be taken, where the kernel has learned something else of the path. */
    private int mtuOfRouteTo(InetAddress destination) {
        Request request = new Request(
                "RTM_GETROUTE(" + destination.getHostAddress() + ", RTM_F_FIB_MATCH)",
                RouteMessage.RTM_GETROUTE,
                0,
                m -> RouteMessage.lookUpRoute(m, destination));
        return get(request, RouteMessage::mtuOfRoute, ENETUNREACH, EHOSTUNREACH, EINVAL, EACCES)
                .orElse(0);
    }

    /** The main table's routes; of several to one destination, the preferred comes first. */
    public synchronized List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (Family family : FAMILIES) {
            routes.addAll(mainTable(family, ANY_PROTOCOL));
        }
        return routes;
    }

    /** The main table's routes of one protocol (RTPROT_*): what its owner put there. */
    public synchronized List<Route> routes(int routeProtocol) {
        checkProtocol(routeProtocol);
        List<Route> routes = new ArrayList<>();
        for (Family family : FAMILIES) {
            routes.addAll(mainTable(family, routeProtocol));
        }
        // kernels before 4.20 answer with the routes of all protocols
        routes.removeIf(route -> route.protocol() != routeProtocol);
        return routes;
    }

    /**
     * Adds a blackhole to the main table.
     *
     * @param routeProtocol who owns it: a number of one's own, 5 to 255
     * @return false if there was a blackhole for just this prefix already, whoever's; any other route for just this prefix
     *     is a failure (EEXIST)
     */
    public synchronized boolean addBlackhole(InetAddress destination, int prefixLength, int routeProtocol) {
        checkPrefix(destination, prefixLength);
        checkProtocol(routeProtocol);
        Request request = new Request(
                "RTM_NEWROUTE(blackhole " + prefix(destination, prefixLength) + ", protocol " + routeProtocol + ")",
                RouteMessage.RTM_NEWROUTE,
                CREATE,
                m -> RouteMessage.addBlackhole(m, destination, prefixLength, routeProtocol));
        Acknowledgement answer = conversation.ask(request, message -> {});
        if (answer.errno() == 0) {
            return true;
        }
        if (answer.errno() == EEXIST && hasBlackhole(destination, prefixLength)) {
            return false;
        }
        throw answer.failure(request.call());
    }

    /** @return false if there was none of that protocol */
    public synchronized boolean removeBlackhole(InetAddress destination, int prefixLength, int routeProtocol) {
        checkPrefix(destination, prefixLength);
        checkProtocol(routeProtocol);
        Request request = new Request(
                "RTM_DELROUTE(blackhole " + prefix(destination, prefixLength) + ", protocol " + routeProtocol + ")",
                RouteMessage.RTM_DELROUTE,
                0,
                m -> RouteMessage.removeBlackhole(m, destination, prefixLength, routeProtocol));
        return conversation.change(request, ESRCH);
    }

    public synchronized List<Neighbour> neighbours() {
        return dump("RTM_GETNEIGH", NeighbourMessage.RTM_GETNEIGH, NeighbourMessage::query, NeighbourMessage::parse);
    }

    public synchronized Optional<Neighbour> neighbour(int ifIndex, InetAddress address) {
        Request request = new Request(
                "RTM_GETNEIGH(" + address.getHostAddress() + " on interface " + ifIndex + ")",
                NeighbourMessage.RTM_GETNEIGH,
                0,
                m -> NeighbourMessage.query(m, ifIndex, address));
        return get(request, NeighbourMessage::parse, ENOENT);
    }

    /**
     * Has the kernel resolve a neighbour with its own address as the sender, or check again one that it knows, as if it had
     * just sent it a packet. Returns at once; the outcome is a neighbour change.
     */
    public synchronized void useNeighbour(int ifIndex, InetAddress address) {
        Request request = new Request(
                "RTM_NEWNEIGH(use " + address.getHostAddress() + " on interface " + ifIndex + ")",
                NeighbourMessage.RTM_NEWNEIGH,
                NetlinkMessage.NLM_F_CREATE,
                m -> NeighbourMessage.use(m, ifIndex, address));
        conversation.change(request, 0);
    }

    @Override
    public synchronized void close() {
        conversation.close();
    }

    private <T> List<T> dump(
            String call,
            int type,
            BiConsumer<MessageBuilder, Family> body,
            Function<NetlinkMessage, @Nullable T> parse) {
        List<T> entries = new ArrayList<>();
        for (Family family : FAMILIES) {
            Request request = new Request(call + "(" + family + ")", type, 0, m -> body.accept(m, family));
            entries.addAll(conversation.dump(request, message -> family.isOf(message) ? parse.apply(message) : null));
        }
        return entries;
    }

    /** Asks for one thing; empty where the kernel answers with one of the errnos given. */
    private <T> Optional<T> get(Request request, Function<NetlinkMessage, @Nullable T> parse, int... absent) {
        AtomicReference<@Nullable T> found = new AtomicReference<>();
        Acknowledgement answer = conversation.ask(request, message -> {
            T entry = parse.apply(message);
            if (entry != null) {
                found.set(entry);
            }
        });
        if (answer.errno() == 0) {
            return Optional.ofNullable(found.get());
        }
        if (IntStream.of(absent).anyMatch(errno -> errno == answer.errno())) {
            return Optional.empty();
        }
        throw answer.failure(request.call());
    }

    private boolean hasBlackhole(InetAddress destination, int prefixLength) {
        return mainTable(Family.of(destination), ANY_PROTOCOL).stream()
                .anyMatch(route -> route.type() == Route.Type.BLACKHOLE
                        && route.destination().equals(destination)
                        && route.prefixLength() == prefixLength);
    }

    private List<Route> mainTable(Family family, int protocol) {
        Request request = new Request(
                "RTM_GETROUTE(" + family + ", protocol " + protocol + ")",
                RouteMessage.RTM_GETROUTE,
                0,
                m -> RouteMessage.query(m, family, protocol));
        return conversation.dump(
                request,
                message -> family.isOf(message) && RouteMessage.inMainTable(message) && !RouteMessage.isCopy(message)
                        ? RouteMessage.parse(message)
                        : null,
                // a family without an address or a route, and with lo down, has no main table yet
                ENOENT);
    }

    private static InterfaceAddress checked(int ifIndex, InetAddress address, int prefixLength) {
        checkPrefix(address, prefixLength);
        return new InterfaceAddress(ifIndex, address, prefixLength);
    }

    private static void checkPrefix(InetAddress address, int prefixLength) {
        if (prefixLength < 0 || prefixLength > Family.of(address).addressBits()) {
            throw new IllegalArgumentException("no prefix: " + prefix(address, prefixLength));
        }
    }

    private static void checkProtocol(int routeProtocol) {
        if (routeProtocol <= RTPROT_STATIC || routeProtocol > MAX_PROTOCOL) {
            throw new IllegalArgumentException("route protocol " + routeProtocol + ": not one of one's own, 5 to 255");
        }
    }

    private static String prefix(InetAddress address, int prefixLength) {
        return address.getHostAddress() + "/" + prefixLength;
    }

    private static String describe(InterfaceAddress address) {
        return prefix(address.address(), address.prefixLength()) + " on interface " + address.ifIndex();
    }
}
