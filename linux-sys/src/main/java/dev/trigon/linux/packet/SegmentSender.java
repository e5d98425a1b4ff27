package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;

/**
 * Sends TCP frames that are longer than any link takes, and has the kernel cut them: into segments with headers and
 * checksums of their own, or not at all where the far end of a veth or a virtio NIC takes them whole. One thread owns it.
 *
 * <p>In front of each frame goes, on a socket with PACKET_VNET_HDR (packet(7)),
 *
 * <pre>
 * struct virtio_net_hdr {        // linux/virtio_net.h, in the machine's byte order
 *     __u8       flags;          // 0
 *     __u8       gso_type;       // 1
 *     __virtio16 hdr_len;        // 2
 *     __virtio16 gso_size;       // 4
 *     __virtio16 csum_start;     // 6
 *     __virtio16 csum_offset;    // 8
 * };
 * </pre>
 *
 * <p>The other structs are {@link FrameSender}'s.
 */
public final class SegmentSender implements AutoCloseable {
    private static final int FLAGS_OFFSET = 0;
    private static final int GSO_TYPE_OFFSET = 1;
    private static final int HDR_LEN_OFFSET = 2;
    private static final int GSO_SIZE_OFFSET = 4;
    private static final int CSUM_START_OFFSET = 6;
    private static final int CSUM_OFFSET_OFFSET = 8;
    private static final int VNET_LENGTH = 10;

    private static final byte NEEDS_CSUM = 1;
    private static final int GSO_TCPV4 = 1;
    private static final int GSO_TCPV6 = 4;
    /** The first segment alone keeps TCP's CWR flag (RFC 3168, section 6.1.2). */
    private static final int GSO_ECN = 0x80;

    private static final short TCP_CHECKSUM_OFFSET = 16;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    /** Some dozens of super-packets may wait for a NIC; the default has room for three. */
    private static final int QUEUE_OCTETS = 4 * 1024 * 1024;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int IOVECS_AT = FrameSender.MMSGHDR_LENGTH;
    private static final int NAME_AT = IOVECS_AT + 2 * FrameSender.IOVEC_LENGTH;
    private static final int VNET_AT = NAME_AT + FrameSender.SOCKADDR_LL_STRIDE;

    private final int fd;
    private final NativeMemory memory = NativeMemory.allocate(VNET_AT + VNET_LENGTH);
    private final ByteBuffer structs = memory.buffer();

    private SegmentSender(int fd) {
        this.fd = fd;
        long base = memory.address();
        structs.putLong(FrameSender.MMSGHDR_NAME_OFFSET, base + NAME_AT);
        structs.putInt(FrameSender.MMSGHDR_NAMELEN_OFFSET, FrameSender.SOCKADDR_LL_LENGTH);
        structs.putLong(FrameSender.MMSGHDR_IOV_OFFSET, base + IOVECS_AT);
        structs.putLong(FrameSender.MMSGHDR_IOVLEN_OFFSET, 2);
        structs.putLong(IOVECS_AT + FrameSender.IOVEC_BASE_OFFSET, base + VNET_AT);
        structs.putLong(IOVECS_AT + FrameSender.IOVEC_LEN_OFFSET, VNET_LENGTH);
        structs.putShort(NAME_AT + FrameSender.SOCKADDR_LL_FAMILY_OFFSET, (short) LibC.AF_PACKET);
        structs.put(NAME_AT + FrameSender.SOCKADDR_LL_HALEN_OFFSET, (byte) FrameSender.ETHERNET_ADDRESS_LENGTH);
        structs.put(VNET_AT + FLAGS_OFFSET, NEEDS_CSUM);
        structs.putShort(VNET_AT + CSUM_OFFSET_OFFSET, TCP_CHECKSUM_OFFSET);
    }

    public static SegmentSender open() {
        int fd = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_PACKET, SOCK_RAW)", LibC.errno());
        }
        NativeMemory value = NativeMemory.allocate(Integer.BYTES);
        value.buffer().putInt(0, 1);
        if (LibC.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, value.address(), Integer.BYTES) < 0) {
            int errno = LibC.errno();
            LibC.close(fd);
            throw new LinuxException("setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)", errno);
        }
        value.buffer().putInt(0, QUEUE_OCTETS);
        LibC.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, value.address(), Integer.BYTES);
        return new SegmentSender(fd);
    }

    /**
     * Says what the next frame is.
     *
     * @param cwr whether TCP's CWR flag is set
     * @param transportAt octets before the TCP header, whose checksum field holds the folded sum of the pseudo-header
     * @param headerOctets octets before the payload
     * @param segmentOctets of payload in a segment
     */
    public void describe(boolean ipv6, boolean cwr, int transportAt, int headerOctets, int segmentOctets) {
        int type = (ipv6 ? GSO_TCPV6 : GSO_TCPV4) | (cwr ? GSO_ECN : 0);
        structs.put(VNET_AT + GSO_TYPE_OFFSET, (byte) type);
        structs.putShort(VNET_AT + HDR_LEN_OFFSET, (short) headerOctets);
        structs.putShort(VNET_AT + GSO_SIZE_OFFSET, (short) segmentOctets);
        structs.putShort(VNET_AT + CSUM_START_OFFSET, (short) transportAt);
    }

    /** @return 0, or the errno that the frame was refused with: all of it, or nothing of it is sent */
    public int send(long frameAddress, int octets, int ifIndex) {
        int iovec = IOVECS_AT + FrameSender.IOVEC_LENGTH;
        structs.putLong(iovec + FrameSender.IOVEC_BASE_OFFSET, frameAddress);
        structs.putLong(iovec + FrameSender.IOVEC_LEN_OFFSET, octets);
        structs.putInt(NAME_AT + FrameSender.SOCKADDR_LL_IFINDEX_OFFSET, ifIndex);
        return LibC.sendmmsg(fd, memory.address(), 1, MSG_DONTWAIT) == 1 ? 0 : LibC.errno();
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
