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
 * The echo replies of one family that reach this host, whoever asked: a raw socket (raw(7)). One thread reads.
 *
 * <pre>
 * struct icmp_filter {       // linux/icmp.h       struct icmp6_filter {      // linux/icmpv6.h
 *     __u32 data;            // a bit a type           __u32 data[8];         // a bit a type
 * };                         // that is kept out   };                         // that is kept out
 *
 * struct sockaddr_in6 {                         // linux/in6.h
 *     unsigned short int sin6_family;           //  0
 *     __be16             sin6_port;             //  2
 *     __be32             sin6_flowinfo;         //  4
 *     struct in6_addr    sin6_addr;             //  8
 *     __u32              sin6_scope_id;         // 24
 * };
 * </pre>
 */
public final class EchoReplies implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int SOL_RAW = 255;
    private static final int ICMP_FILTER = 1;
    private static final int ICMPV6_FILTER = 1;

    private static final int ECHO_REPLY = 0;
    private static final int V6_ECHO_REPLY = 129;
    private static final int V6_FILTER_WORDS = 8;

    private static final int ADDRESS_OFFSET = 8;
    private static final int ADDRESS_LENGTH = 16;
    private static final int SOCKADDR_LENGTH = 28;

    /** Of IPv4's header, which stands before the message. */
    private static final int V4_SOURCE_OFFSET = 12;

    private static final int V4_ADDRESS_LENGTH = 4;
    private static final int V4_LENGTH_MASK = 0x0F;

    private static final int IDENTIFIER_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 6;
    private static final int ECHO_LENGTH = 8;

    /** The longest IPv4 header and an echo's; the rest of the message is cut off. */
    private static final int PACKET_LENGTH = 60 + ECHO_LENGTH;

    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    private final boolean v6;
    private final int fd;
    private final NativeMemory packet = NativeMemory.allocate(PACKET_LENGTH);
    private final NativeMemory from = NativeMemory.allocate(SOCKADDR_LENGTH + Integer.BYTES);
    private final ByteBuffer octets = packet.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
    private boolean closed;

    private EchoReplies(boolean v6, int fd) {
        this.v6 = v6;
        this.fd = fd;
    }

    public static EchoReplies open(ProtocolFamily family) {
        boolean v6 = family == StandardProtocolFamily.INET6;
        int protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
        int fd = LibC.socket(v6 ? AF_INET6 : AF_INET, LibC.SOCK_RAW | SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, protocol);
        if (fd < 0) {
            throw new LinuxException("socket(" + family + ", SOCK_RAW, " + protocol + ")", LibC.errno());
        }
        EchoReplies replies = new EchoReplies(v6, fd);
        replies.keepOutTheRest();
        return replies;
    }

    private void keepOutTheRest() {
        int type = v6 ? V6_ECHO_REPLY : ECHO_REPLY;
        int words = v6 ? V6_FILTER_WORDS : 1;
        ByteBuffer filter = packet.buffer();
        for (int word = 0; word < words; word++) {
            int wanted = type / Integer.SIZE == word ? 1 << type % Integer.SIZE : 0;
            filter.putInt(word * Integer.BYTES, ~wanted);
        }
        int level = v6 ? IPPROTO_ICMPV6 : SOL_RAW;
        int option = v6 ? ICMPV6_FILTER : ICMP_FILTER;
        if (LibC.setsockopt(fd, level, option, packet.address(), words * Integer.BYTES) < 0) {
            int errno = LibC.errno();
            close();
            throw new LinuxException("setsockopt(ICMP filter, echo replies)", errno);
        }
    }

    /** Readable when a reply waits. */
    public int fd() {
        return fd;
    }

    /** The next one; null if none waits. */
    public @Nullable EchoReply next() {
        while (true) {
            int lengthAt = SOCKADDR_LENGTH;
            from.buffer().putInt(lengthAt, SOCKADDR_LENGTH);
            long length =
                    LibC.recvfrom(fd, packet.address(), PACKET_LENGTH, 0, from.address(), from.address() + lengthAt);
            if (length < 0 && LibC.errno() == EAGAIN) {
                return null;
            }
            if (length < 0 && LibC.errno() != EINTR) {
                throw new LinuxException("recvfrom(echo replies)", LibC.errno());
            }
            EchoReply reply = length < 0 ? null : v6 ? parseV6((int) length) : parseV4((int) length);
            if (reply != null) {
                return reply;
            }
        }
    }

    private @Nullable EchoReply parseV4(int length) {
        int at = (octets.get(0) & V4_LENGTH_MASK) * Integer.BYTES;
        return at + ECHO_LENGTH > length ? null : reply(octets, V4_SOURCE_OFFSET, V4_ADDRESS_LENGTH, at);
    }

    private @Nullable EchoReply parseV6(int length) {
        return ECHO_LENGTH > length ? null : reply(from.buffer(), ADDRESS_OFFSET, ADDRESS_LENGTH, 0);
    }

    private EchoReply reply(ByteBuffer holder, int addressAt, int addressLength, int echoAt) {
        byte[] source = new byte[addressLength];
        holder.get(addressAt, source);
        try {
            return new EchoReply(
                    InetAddress.getByAddress(source),
                    Short.toUnsignedInt(octets.getShort(echoAt + IDENTIFIER_OFFSET)),
                    Short.toUnsignedInt(octets.getShort(echoAt + SEQUENCE_OFFSET)));
        } catch (UnknownHostException e) {
            throw new AssertionError("four or sixteen octets are an address", e);
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
