package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Wakeup;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pings (RFC 792, RFC 4443): echo requests out by a raw socket, one thread that hands on the replies. One thread sends.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     type      |   code (0)    |           checksum            |
 * |          identifier           |        sequence number        |
 * |                             data …                            |
 *
 * struct sockaddr_in {             struct sockaddr_in6 {            // netinet/in.h
 *     sa_family_t    family;  // 0     sa_family_t     family;    //  0
 *     in_port_t      port;    // 2     in_port_t       port;      //  2
 *     struct in_addr addr;    // 4     uint32_t        flowinfo;  //  4
 *     char           zero[8]; // 8     struct in6_addr addr;      //  8
 * };                                   uint32_t        scope_id;  // 24
 *                                  };
 * </pre>
 */
public final class EchoSocket implements AutoCloseable {
    /** Told of each reply that comes to this host, also of those to others' requests; by this socket's thread. */
    public interface Listener {
        void replied(InetAddress from, int token);
    }

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int TYPE_OFFSET = 0;
    private static final int CHECKSUM_OFFSET = 2;
    private static final int TOKEN_OFFSET = 4;
    private static final int HEADER_LENGTH = 8;
    private static final int REQUEST_LENGTH = HEADER_LENGTH + 16;

    private static final int ADDRESS_FAMILY_OFFSET = 0;
    private static final int MAX_SOCKADDR_LENGTH = 28;
    /** A reply as long as a request, after the longest IPv4 header; what is longer is cut off, and not needed. */
    private static final int RECEIVED_LENGTH = 60 + REQUEST_LENGTH;

    private static final int SECOND_MS = 1_000;

    /** What differs between the families. */
    private enum Family {
        /** Its filter: SOL_RAW, ICMP_FILTER (linux/icmp.h). */
        IPV4(AF_INET, 1, 8, 0, 16, 4, 255, 1),
        /** Its filter: SOL_ICMPV6, ICMPV6_FILTER (linux/icmpv6.h). */
        IPV6(AF_INET6, 58, 128, 129, 28, 8, 58, 8);

        private final int number;
        private final int protocol;
        private final int requestType;
        private final int replyType;
        private final int sockaddrLength;
        private final int addressOffset;
        private final int filterLevel;
        private final int filterWords;

        /** @param filterLevel of setsockopt(2), by which the kernel keeps all but echo replies from the socket */
        Family(
                int number,
                int protocol,
                int requestType,
                int replyType,
                int sockaddrLength,
                int addressOffset,
                int filterLevel,
                int filterWords) {
            this.number = number;
            this.protocol = protocol;
            this.requestType = requestType;
            this.replyType = replyType;
            this.sockaddrLength = sockaddrLength;
            this.addressOffset = addressOffset;
            this.filterLevel = filterLevel;
            this.filterWords = filterWords;
        }
    }

    private static final int FILTER_OPTION = 1;

    private final Family family;
    private final int fd;
    private final Listener listener;
    private final NativeMemory request = NativeMemory.allocate(REQUEST_LENGTH);
    private final NativeMemory to = NativeMemory.allocate(MAX_SOCKADDR_LENGTH);
    private final NativeMemory received = NativeMemory.allocate(RECEIVED_LENGTH);
    private final NativeMemory from = NativeMemory.allocate(MAX_SOCKADDR_LENGTH);
    private final NativeMemory fromLength = NativeMemory.allocate(Integer.BYTES);
    private final Wakeup wakeup;
    private final Thread thread;
    private volatile boolean closed;

    private EchoSocket(Family family, int fd, Listener listener) {
        this.family = family;
        this.fd = fd;
        this.listener = listener;
        request.buffer().order(ByteOrder.BIG_ENDIAN);
        received.buffer().order(ByteOrder.BIG_ENDIAN);
        wakeup = new Wakeup(fd);
        thread = new Thread(this::run, family.number == AF_INET ? "echo-replies" : "echo-replies6");
        thread.setDaemon(true);
    }

    /** For IPv4. */
    public static EchoSocket open4(Listener listener) {
        return open(Family.IPV4, listener);
    }

    /** For IPv6. */
    public static EchoSocket open6(Listener listener) {
        return open(Family.IPV6, listener);
    }

    private static EchoSocket open(Family family, Listener listener) {
        int fd = LibC.socket(family.number, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, family.protocol);
        if (fd < 0) {
            throw new LinuxException("socket(SOCK_RAW, ICMP)", LibC.errno());
        }
        NativeMemory filter = NativeMemory.allocate(family.filterWords * Integer.BYTES);
        for (int i = 0; i < family.filterWords; i++) {
            boolean here = family.replyType / Integer.SIZE == i;
            filter.buffer().putInt(i * Integer.BYTES, here ? ~(1 << (family.replyType % Integer.SIZE)) : -1);
        }
        int length = family.filterWords * Integer.BYTES;
        if (LibC.setsockopt(fd, family.filterLevel, FILTER_OPTION, filter.address(), length) < 0) {
            int errno = LibC.errno();
            LibC.close(fd);
            throw new LinuxException("setsockopt(ICMP_FILTER)", errno);
        }
        EchoSocket socket = new EchoSocket(family, fd, listener);
        socket.thread.start();
        return socket;
    }

    /** @param token comes back with the reply */
    public void send(InetAddress destination, int token) {
        ByteBuffer packet = request.buffer();
        packet.put(TYPE_OFFSET, (byte) family.requestType);
        packet.putShort(CHECKSUM_OFFSET, (short) 0);
        packet.putInt(TOKEN_OFFSET, token);
        if (family == Family.IPV4) {
            // of ICMPv6 the kernel makes the checksum itself
            packet.putShort(CHECKSUM_OFFSET, checksum(packet));
        }
        ByteBuffer address = to.buffer();
        address.putShort(ADDRESS_FAMILY_OFFSET, (short) family.number);
        address.put(family.addressOffset, destination.getAddress());
        if (LibC.sendto(fd, request.address(), REQUEST_LENGTH, MSG_DONTWAIT, to.address(), family.sockaddrLength) < 0) {
            throw new LinuxException("sendto(" + destination.getHostAddress() + ", ICMP echo)", LibC.errno());
        }
    }

    /** RFC 1071. */
    private static short checksum(ByteBuffer packet) {
        int sum = 0;
        for (int i = 0; i < REQUEST_LENGTH; i += Short.BYTES) {
            sum += packet.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~(sum + (sum >>> 16));
    }

    private void run() {
        while (!closed) {
            wakeup.await(SECOND_MS);
            for (long length = receive(); !closed && length >= 0; length = receive()) {
                hand((int) length);
            }
        }
    }

    private long receive() {
        fromLength.buffer().putInt(0, MAX_SOCKADDR_LENGTH);
        return LibC.recvfrom(
                fd, received.address(), RECEIVED_LENGTH, MSG_DONTWAIT, from.address(), fromLength.address());
    }

    /** In IPv4 a raw socket gets the IP header too, in IPv6 it does not. */
    private void hand(int length) {
        ByteBuffer packet = received.buffer();
        int at = family == Family.IPV4 ? (packet.get(0) & 0xf) * Integer.BYTES : 0;
        if (length >= at + HEADER_LENGTH && (packet.get(at + TYPE_OFFSET) & 0xff) == family.replyType) {
            byte[] source = new byte[family == Family.IPV4 ? 4 : 16];
            from.buffer().get(family.addressOffset, source);
            listener.replied(address(source), packet.getInt(at + TOKEN_OFFSET));
        }
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }

    /** Afterwards nobody is told anything. */
    @Override
    public void close() {
        closed = true;
        wakeup.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        wakeup.close();
        LibC.close(fd);
    }
}
