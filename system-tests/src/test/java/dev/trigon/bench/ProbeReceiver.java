package dev.trigon.bench;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Link;
import java.nio.ByteOrder;

/**
 * Takes IPv4 frames that come in at an interface and says when the kernel had each, on the wall clock.
 *
 * <p>A socket for one protocol sees neither what this host sends nor what a rule at the interface's ingress drops, and so
 * costs the load next to nothing; libpcap's would have the kernel copy every frame that is sent.
 *
 * <pre>
 * struct sockaddr_ll {              // linux/if_packet.h; more fields follow
 *     unsigned short sll_family;    //  0
 *     __be16         sll_protocol;  //  2
 *     int            sll_ifindex;   //  4
 * };
 * struct timespec {                 // what ioctl(2) SIOCGSTAMPNS says of the frame received last; LP64
 *     time_t tv_sec;                //  0
 *     long   tv_nsec;               //  8
 * };
 * </pre>
 */
final class ProbeReceiver implements AutoCloseable {
    private static final int ETH_P_IP = 0x0800;
    private static final int SLL_FAMILY_OFFSET = 0;
    private static final int SLL_PROTOCOL_OFFSET = 2;
    private static final int SLL_IFINDEX_OFFSET = 4;
    private static final int SOCKADDR_LL_LENGTH = 20;
    private static final long SIOCGSTAMPNS = 0x8907;
    private static final int TIMESPEC_NSEC_OFFSET = Long.BYTES;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int FRAME_CAPACITY = 2048;
    private static final int FRAME_AT = 64;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final int fd;
    private final NativeMemory memory;

    private ProbeReceiver(int fd, NativeMemory memory) {
        this.fd = fd;
        this.memory = memory;
    }

    static ProbeReceiver open(Link link) {
        // protocol 0: nothing comes in before it is bound
        int fd = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_PACKET, SOCK_RAW)", LibC.errno());
        }
        NativeMemory memory = NativeMemory.allocate(FRAME_AT + FRAME_CAPACITY);
        memory.buffer().putShort(SLL_FAMILY_OFFSET, (short) LibC.AF_PACKET);
        memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN).putShort(SLL_PROTOCOL_OFFSET, (short) ETH_P_IP);
        memory.buffer().putInt(SLL_IFINDEX_OFFSET, link.index());
        if (LibC.bind(fd, memory.address(), SOCKADDR_LL_LENGTH) < 0) {
            throw new LinuxException("bind(AF_PACKET, " + link.name() + ")", LibC.errno());
        }
        ProbeReceiver receiver = new ProbeReceiver(fd, memory);
        // the first question makes the kernel note times from then on
        receiver.arrivedNs();
        return receiver;
    }

    /** Takes the next frame, if there is one. */
    boolean next() {
        return LibC.recv(fd, memory.address() + FRAME_AT, FRAME_CAPACITY, MSG_DONTWAIT) >= UdpFrames.LENGTH;
    }

    /** The number that {@link UdpFrames#number} wrote. */
    int number() {
        return Integer.reverseBytes(memory.buffer().getInt(FRAME_AT + UdpFrames.PAYLOAD_OFFSET));
    }

    /** When the kernel had the frame. */
    long arrivedNs() {
        if (LibC.ioctl(fd, SIOCGSTAMPNS, memory.address()) < 0) {
            return 0;
        }
        return memory.buffer().getLong(0) * NS_PER_SECOND + memory.buffer().getLong(TIMESPEC_NSEC_OFFSET);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
