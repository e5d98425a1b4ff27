package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;

/**
 * An AF_NETLINK socket for rtnetlink, with a buffer to receive into; linux/netlink.h:
 *
 * <pre>
 * struct sockaddr_nl {
 *     __kernel_sa_family_t nl_family;   // AF_NETLINK
 *     unsigned short       nl_pad;
 *     __u32                nl_pid;      // 0: the kernel chooses
 *     __u32                nl_groups;   // multicast groups 1 to 32, a bit each
 * };
 * </pre>
 */
final class NetlinkSocket implements AutoCloseable {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EMSGSIZE = 90;
    static final int ENOBUFS = 105;
    static final int MSG_DONTWAIT = 0x40;

    private static final int SOCKADDR_LENGTH = 12;
    private static final int GROUPS_OFFSET = 8;
    /** {@code struct timeval {long tv_sec; long tv_usec;}}, sys/time.h. */
    private static final int TIMEVAL_LENGTH = 2 * Long.BYTES;

    private static final int SCRATCH_OCTETS = TIMEVAL_LENGTH;
    /** The kernel fills at most 32 KiB of a dump at a time; notifications are smaller. */
    private static final int RECEIVE_BUFFER_OCTETS = 64 * 1024;

    private static final int NETLINK_ROUTE = 0;
    private static final int MSG_TRUNC = 0x20;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;

    private final int fd;
    private final NativeMemory received = NativeMemory.allocate(RECEIVE_BUFFER_OCTETS);
    private boolean closed;

    /** Takes over a socket that is open and bound. */
    NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** @param groups multicast groups to hear, a bit each; 0 for none */
    static NetlinkSocket open(int groups) {
        int fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            throw new LinuxException("socket(AF_NETLINK, NETLINK_ROUTE)", LibC.errno());
        }
        NetlinkSocket socket = new NetlinkSocket(fd);
        socket.scratch().putShort(0, (short) LibC.AF_NETLINK).putInt(GROUPS_OFFSET, groups);
        if (LibC.bind(fd, socket.received.address(), SOCKADDR_LENGTH) < 0) {
            int errno = LibC.errno();
            socket.close();
            throw new LinuxException("bind(AF_NETLINK, groups 0x" + Integer.toHexString(groups) + ")", errno);
        }
        return socket;
    }

    /** Arguments of calls, zeroed: the receive buffer, as it lives as long as this does. */
    private ByteBuffer scratch() {
        for (int i = 0; i < SCRATCH_OCTETS; i++) {
            received.buffer().put(i, (byte) 0);
        }
        return received.buffer();
    }

    int fd() {
        return fd;
    }

    /** Switches an option of SOL_NETLINK on, where the kernel has it: each only makes answers better. */
    void prefer(int option) {
        scratch().putInt(0, 1);
        LibC.setsockopt(fd, SOL_NETLINK, option, received.address(), Integer.BYTES);
    }

    /** Asks for room for notifications that wait to be read; without CAP_NET_ADMIN the default stays. */
    void queueOctets(int octets) {
        scratch().putInt(0, octets);
        LibC.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, received.address(), Integer.BYTES);
    }

    void receiveTimeout(int seconds) {
        scratch().putLong(0, seconds);
        if (LibC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, received.address(), TIMEVAL_LENGTH) < 0) {
            throw new LinuxException("setsockopt(SO_RCVTIMEO, " + seconds + " s)", LibC.errno());
        }
    }

    /** @return 0, or the errno */
    int send(NativeMemory message, int length) {
        requireOpen();
        long sent;
        do {
            sent = LibC.send(fd, message.address(), length, 0);
        } while (sent < 0 && LibC.errno() == EINTR);
        return sent < 0 ? LibC.errno() : 0;
    }

    /**
     * Receives one datagram into {@link #datagram}.
     *
     * @return octets, or the errno as a negative number; EMSGSIZE for a datagram that was cut off
     */
    int receive(int flags) {
        requireOpen();
        long octets;
        do {
            octets = LibC.recv(fd, received.address(), RECEIVE_BUFFER_OCTETS, flags | MSG_TRUNC);
        } while (octets < 0 && LibC.errno() == EINTR);
        if (octets < 0) {
            return -LibC.errno();
        }
        return octets > RECEIVE_BUFFER_OCTETS ? -EMSGSIZE : (int) octets;
    }

    /** What was received last, until the next receive. */
    ByteBuffer datagram(int octets) {
        return received.buffer().slice(0, octets).order(received.buffer().order());
    }

    /** The number of a closed descriptor may be another's by now. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
