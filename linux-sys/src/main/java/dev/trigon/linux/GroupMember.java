package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.net.Inet6Address;

/**
 * A member of IPv6 multicast groups: the kernel has the NIC receive them and tells the switches (MLD), until the process
 * ends. Java's own channels find no interface that has no address, and none of another network namespace.
 *
 * <pre>
 * struct ipv6_mreq {                         // linux/in6.h
 *     struct in6_addr ipv6mr_multiaddr;      //  0
 *     int             ipv6mr_ifindex;        // 16
 * };
 * </pre>
 */
public final class GroupMember implements AutoCloseable {
    private static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_JOIN_GROUP = 20;
    private static final int IPV6_LEAVE_GROUP = 21;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    private static final int ADDRESS_OFFSET = 0;
    private static final int INDEX_OFFSET = 16;
    private static final int MREQ_LENGTH = INDEX_OFFSET + Integer.BYTES;

    private final int fd;
    private final NativeMemory request = NativeMemory.allocate(MREQ_LENGTH);

    private GroupMember(int fd) {
        this.fd = fd;
    }

    /** Fails on a host without IPv6. */
    public static GroupMember open() {
        int fd = LibC.socket(AF_INET6, SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_INET6, SOCK_DGRAM)", LibC.errno());
        }
        return new GroupMember(fd);
    }

    /** To be in a group already is no failure. */
    public synchronized void join(Inet6Address group, int ifIndex) {
        request(IPV6_JOIN_GROUP, "IPV6_JOIN_GROUP", group, ifIndex, EADDRINUSE);
    }

    /** Not to have been in it is no failure. */
    public synchronized void leave(Inet6Address group, int ifIndex) {
        request(IPV6_LEAVE_GROUP, "IPV6_LEAVE_GROUP", group, ifIndex, EADDRNOTAVAIL);
    }

    private void request(int option, String name, Inet6Address group, int ifIndex, int noFailure) {
        request.buffer().put(ADDRESS_OFFSET, group.getAddress()).putInt(INDEX_OFFSET, ifIndex);
        if (LibC.setsockopt(fd, IPPROTO_IPV6, option, request.address(), MREQ_LENGTH) < 0
                && LibC.errno() != noFailure) {
            throw new LinuxException(
                    "setsockopt(" + name + ", " + group.getHostAddress() + " on interface " + ifIndex + ")",
                    LibC.errno());
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
