package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears what changes of links, neighbours, addresses and routes in the network namespace of the thread that opened it.
 *
 * <p>For one thread: {@link #await} and {@link #close} must not run at the same time. Who keeps a picture of the kernel's
 * tables opens the monitor first and reads the tables then, so that no change falls in between; on {@link Change.Overrun}
 * it reads them again.
 */
public final class NetlinkMonitor implements AutoCloseable {
    private static final int RTNLGRP_LINK = 1;
    private static final int RTNLGRP_NEIGH = 3;
    /** Thousands of neighbours may change at once: a switch that restarts. */
    private static final int QUEUE_OCTETS = 4 * 1024 * 1024;

    /** {@code struct pollfd {int fd; short events; short revents;}}, poll.h. */
    private static final int POLLFD_LENGTH = 8;

    private static final int POLLFD_EVENTS_OFFSET = 4;

    private final NetlinkSocket socket;
    private final NativeMemory pollfd = NativeMemory.allocate(POLLFD_LENGTH);

    NetlinkMonitor(NetlinkSocket socket) {
        this.socket = socket;
        pollfd.buffer().putInt(0, socket.fd()).putShort(POLLFD_EVENTS_OFFSET, LibC.POLLIN);
    }

    public static NetlinkMonitor open() {
        int groups = bit(RTNLGRP_LINK) | bit(RTNLGRP_NEIGH);
        for (Family family : Rtnetlink.FAMILIES) {
            groups |= bit(family.addressGroup()) | bit(family.routeGroup());
        }
        NetlinkSocket socket = NetlinkSocket.open(groups);
        socket.queueOctets(QUEUE_OCTETS);
        return new NetlinkMonitor(socket);
    }

    private static int bit(int group) {
        return 1 << (group - 1);
    }

    /** To be polled for reading along with others; then {@code await(0, …)}. */
    public int fd() {
        return socket.fd();
    }

    /**
     * Waits for changes, and hands over all that there are, in order.
     *
     * @param timeoutMs 0 to only look, negative to wait without end
     * @return whether there was one
     */
    public boolean await(int timeoutMs, Consumer<Change> sink) {
        int ready = LibC.poll(pollfd.address(), 1, timeoutMs);
        if (ready < 0 && LibC.errno() != NetlinkSocket.EINTR) {
            throw new LinuxException("poll(rtnetlink notifications)", LibC.errno());
        }
        return ready > 0 && drain(sink);
    }

    private boolean drain(Consumer<Change> sink) {
        boolean any = false;
        while (true) {
            int octets = socket.receive(NetlinkSocket.MSG_DONTWAIT);
            if (octets == -NetlinkSocket.EAGAIN) {
                return any;
            }
            any |= octets < 0 ? lost(-octets, sink) : report(octets, sink);
        }
    }

    private static boolean lost(int errno, Consumer<Change> sink) {
        if (errno != NetlinkSocket.ENOBUFS && errno != NetlinkSocket.EMSGSIZE) {
            throw new LinuxException("recv(rtnetlink notifications)", errno);
        }
        sink.accept(new Change.Overrun());
        return true;
    }

    private boolean report(int octets, Consumer<Change> sink) {
        boolean[] any = new boolean[1];
        try {
            NetlinkMessage.forEach(socket.datagram(octets), message -> {
                Change change = parse(message);
                if (change != null) {
                    any[0] = true;
                    sink.accept(change);
                }
            });
        } catch (MalformedMessageException e) {
            // whatever it said is lost
            sink.accept(new Change.Overrun());
            return true;
        }
        return any[0];
    }

    /** Null for what is of no interest. */
    static @Nullable Change parse(NetlinkMessage message) {
        return switch (message.type()) {
            case LinkMessage.RTM_NEWLINK -> change(LinkMessage.parse(message), Change.LinkChange::new, false);
            case LinkMessage.RTM_DELLINK -> change(LinkMessage.parse(message), Change.LinkChange::new, true);
            case NeighbourMessage.RTM_NEWNEIGH ->
                change(NeighbourMessage.parse(message), Change.NeighbourChange::new, false);
            case NeighbourMessage.RTM_DELNEIGH ->
                change(NeighbourMessage.parse(message), Change.NeighbourChange::new, true);
            case AddressMessage.RTM_NEWADDR -> change(AddressMessage.parse(message), Change.AddressChange::new, false);
            case AddressMessage.RTM_DELADDR -> change(AddressMessage.parse(message), Change.AddressChange::new, true);
            case RouteMessage.RTM_NEWROUTE -> change(route(message), Change.RouteChange::new, false);
            case RouteMessage.RTM_DELROUTE -> change(route(message), Change.RouteChange::new, true);
            default -> null;
        };
    }

    private static <T> @Nullable Change change(@Nullable T what, BiFunction<T, Boolean, Change> of, boolean removed) {
        return what == null ? null : of.apply(what, removed);
    }

    private static @Nullable Route route(NetlinkMessage message) {
        return RouteMessage.isCopy(message) ? null : RouteMessage.parse(message);
    }

    @Override
    public void close() {
        socket.close();
    }
}
