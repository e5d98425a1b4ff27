package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Pings of one family (RFC 792, RFC 4443): echo requests go out by a raw socket (raw(7)), and all echo replies that reach this
 * host come in by it, whoever asked. One thread may send while another reads.
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
 *
 * struct icmp_filter {       // linux/icmp.h       struct icmp6_filter {      // linux/icmpv6.h
 *     __u32 data;            // a bit a type           __u32 data[8];         // a bit a type
 * };                         // that is kept out   };                         // that is kept out
 * </pre>
 */
public final class EchoSocket implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    private static final int TYPE_OFFSET = 0;
    private static final int CHECKSUM_OFFSET = 2;
    private static final int NUMBER_OFFSET = 4;
    private static final int HEADER_LENGTH = 8;
    private static final int REQUEST_LENGTH = HEADER_LENGTH + 16;

    private static final int ADDRESS_FAMILY_OFFSET = 0;
    private static final int MAX_SOCKADDR_LENGTH = 28;
    /** A reply as long as a request, after the longest IPv4 header; what is longer is cut off, and not needed. */
    private static final int RECEIVED_LENGTH = 60 + REQUEST_LENGTH;

    private static final int FILTER_OPTION = 1;

    /** What differs between the families. */
    private enum Family {
        /** Its filter: SOL_RAW, ICMP_FILTER (linux/icmp.h). */
        IPV4(AF_INET, 1, 8, 0, 16, 4, 4, 255, 1),
        /** Its filter: SOL_ICMPV6, ICMPV6_FILTER (linux/icmpv6.h). */
        IPV6(AF_INET6, 58, 128, 129, 28, 8, 16, 58, 8);

        private final int number;
        private final int protocol;
        private final int requestType;
        private final int replyType;
        private final int sockaddrLength;
        private final int addressOffset;
        private final int addressLength;
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
                int addressLength,
                int filterLevel,
                int filterWords) {
            this.number = number;
            this.protocol = protocol;
            this.requestType = requestType;
            this.replyType = replyType;
            this.sockaddrLength = sockaddrLength;
            this.addressOffset = addressOffset;
            this.addressLength = addressLength;
            this.filterLevel = filterLevel;
            this.filterWords = filterWords;
        }
    }

    private final Family family;
    private final int fd;
    private final NativeMemory request = NativeMemory.allocate(REQUEST_LENGTH);
    private final NativeMemory to = NativeMemory.allocate(MAX_SOCKADDR_LENGTH);
    private final NativeMemory received = NativeMemory.allocate(RECEIVED_LENGTH);
    private final NativeMemory from = NativeMemory.allocate(MAX_SOCKADDR_LENGTH);
    private final NativeMemory fromLength = NativeMemory.allocate(Integer.BYTES);
    private boolean closed;

    private EchoSocket(Family family, int fd) {
        this.family = family;
        this.fd = fd;
        request.buffer().order(ByteOrder.BIG_ENDIAN);
        received.buffer().order(ByteOrder.BIG_ENDIAN);
    }

    public static EchoSocket open(ProtocolFamily of) {
        Family family = of == StandardProtocolFamily.INET6 ? Family.IPV6 : Family.IPV4;
        int fd = LibC.socket(family.number, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, family.protocol);
        if (fd < 0) {
            throw new LinuxException("socket(" + of + ", SOCK_RAW, " + family.protocol + ")", LibC.errno());
        }
        EchoSocket socket = new EchoSocket(family, fd);
        socket.keepOutTheRest();
        return socket;
    }

    private void keepOutTheRest() {
        int length = family.filterWords * Integer.BYTES;
        NativeMemory filter = NativeMemory.allocate(length);
        for (int word = 0; word < family.filterWords; word++) {
            int wanted = family.replyType / Integer.SIZE == word ? 1 << family.replyType % Integer.SIZE : 0;
            filter.buffer().putInt(word * Integer.BYTES, ~wanted);
        }
        if (LibC.setsockopt(fd, family.filterLevel, FILTER_OPTION, filter.address(), length) < 0) {
            int errno = LibC.errno();
            close();
            throw new LinuxException("setsockopt(ICMP filter, echo replies)", errno);
        }
    }

    /** Readable when a reply waits. */
    public int fd() {
        return fd;
    }

    /** @param number comes back with the reply */
    public void send(InetAddress destination, int number) {
        ByteBuffer packet = request.buffer();
        packet.put(TYPE_OFFSET, (byte) family.requestType);
        packet.putShort(CHECKSUM_OFFSET, (short) 0);
        packet.putInt(NUMBER_OFFSET, number);
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

    /** The next reply; null if none waits. */
    public @Nullable EchoReply next() {
        while (true) {
            fromLength.buffer().putInt(0, MAX_SOCKADDR_LENGTH);
            long length = LibC.recvfrom(
                    fd, received.address(), RECEIVED_LENGTH, MSG_DONTWAIT, from.address(), fromLength.address());
            if (length < 0 && LibC.errno() == EAGAIN) {
                return null;
            }
            if (length < 0 && LibC.errno() != EINTR) {
                throw new LinuxException("recvfrom(echo replies)", LibC.errno());
            }
            EchoReply reply = length < 0 ? null : parse((int) length);
            if (reply != null) {
                return reply;
            }
        }
    }

    /** In IPv4 a raw socket gets the IP header too, in IPv6 it does not. */
    private @Nullable EchoReply parse(int length) {
        ByteBuffer packet = received.buffer();
        int at = family == Family.IPV4 ? (packet.get(0) & 0xf) * Integer.BYTES : 0;
        if (at + HEADER_LENGTH > length) {
            return null;
        }
        byte[] source = new byte[family.addressLength];
        from.buffer().get(family.addressOffset, source);
        return new EchoReply(address(source), packet.getInt(at + NUMBER_OFFSET));
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
