package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Sends whole Ethernet frames out of any interface, a batch a system call. One thread owns one sender.
 *
 * <p>The socket's protocol is 0, so the kernel hands it nothing to receive. What it writes for sendmmsg(2), all in one
 * piece of memory (LP64; sys/socket.h, linux/if_packet.h):
 *
 * <pre>
 * struct mmsghdr {                        struct iovec {          struct sockaddr_ll {
 *     struct msghdr {                         void  *base;  // 0      __u16  sll_family;    //  0
 *         void         *name;       //  0     size_t len;   // 8      __be16 sll_protocol;  //  2
 *         socklen_t     namelen;    //  8 };                          int    sll_ifindex;   //  4
 *         struct iovec *iov;        // 16                             __u16  sll_hatype;    //  8
 *         size_t        iovlen;     // 24                             __u8   sll_pkttype;   // 10
 *         void         *control;    // 32                             __u8   sll_halen;     // 11
 *         size_t        controllen; // 40                             __u8   sll_addr[8];   // 12
 *         int           flags;      // 48                         };
 *     } hdr;
 *     unsigned int len;             // 56
 * };
 * </pre>
 */
public final class FrameSender implements AutoCloseable {
    static final int MMSGHDR_NAME_OFFSET = 0;
    static final int MMSGHDR_NAMELEN_OFFSET = 8;
    static final int MMSGHDR_IOV_OFFSET = 16;
    static final int MMSGHDR_IOVLEN_OFFSET = 24;
    static final int MMSGHDR_LENGTH = 64;

    static final int IOVEC_BASE_OFFSET = 0;
    static final int IOVEC_LEN_OFFSET = 8;
    static final int IOVEC_LENGTH = 16;

    static final int SOCKADDR_LL_FAMILY_OFFSET = 0;
    static final int SOCKADDR_LL_IFINDEX_OFFSET = 4;
    static final int SOCKADDR_LL_HALEN_OFFSET = 11;
    static final int SOCKADDR_LL_LENGTH = 20;
    /** Rounded up, so that each starts on a word. */
    static final int SOCKADDR_LL_STRIDE = 24;

    private static final int MSG_DONTWAIT = 0x40;
    static final int ETHERNET_ADDRESS_LENGTH = 6;

    private final int capacity;
    private final int fd;
    private final long messages;
    private final ByteBuffer structs;
    private final int iovecsAt;
    private final int namesAt;
    private int queued;

    private FrameSender(int fd, int capacity) {
        this.fd = fd;
        this.capacity = capacity;
        this.iovecsAt = capacity * MMSGHDR_LENGTH;
        this.namesAt = iovecsAt + capacity * IOVEC_LENGTH;
        NativeMemory memory = NativeMemory.allocate(namesAt + capacity * SOCKADDR_LL_STRIDE);
        this.messages = memory.address();
        this.structs = memory.buffer();
        for (int i = 0; i < capacity; i++) {
            link(i);
        }
    }

    /** @param capacity the largest batch */
    public static FrameSender open(int capacity) {
        int fd = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_PACKET, SOCK_RAW)", LibC.errno());
        }
        return new FrameSender(fd, capacity);
    }

    private void link(int i) {
        int message = i * MMSGHDR_LENGTH;
        int iovec = iovecsAt + i * IOVEC_LENGTH;
        int name = namesAt + i * SOCKADDR_LL_STRIDE;
        structs.putLong(message + MMSGHDR_NAME_OFFSET, messages + name);
        structs.putInt(message + MMSGHDR_NAMELEN_OFFSET, SOCKADDR_LL_LENGTH);
        structs.putLong(message + MMSGHDR_IOV_OFFSET, messages + iovec);
        structs.putLong(message + MMSGHDR_IOVLEN_OFFSET, 1);
        structs.putShort(name + SOCKADDR_LL_FAMILY_OFFSET, (short) LibC.AF_PACKET);
        structs.put(name + SOCKADDR_LL_HALEN_OFFSET, (byte) ETHERNET_ADDRESS_LENGTH);
    }

    /** Adds a frame to the batch. The memory must stay as it is until {@link #flush}. */
    public void queue(long frameAddress, int octets, int ifIndex) {
        int iovec = iovecsAt + queued * IOVEC_LENGTH;
        structs.putLong(iovec + IOVEC_BASE_OFFSET, frameAddress);
        structs.putLong(iovec + IOVEC_LEN_OFFSET, octets);
        structs.putInt(namesAt + queued * SOCKADDR_LL_STRIDE + SOCKADDR_LL_IFINDEX_OFFSET, ifIndex);
        queued++;
    }

    public boolean isFull() {
        return queued == capacity;
    }

    /**
     * Sends the batch and empties it. One frame that the kernel refuses does not stop those behind it.
     *
     * @param errnos for the frame queued n-th, element n becomes 0 or the errno it was refused with; may be longer than
     *     the batch
     * @return how many frames were sent
     */
    public int flush(int[] errnos) {
        int sent = 0;
        int next = 0;
        while (next < queued) {
            int taken = LibC.sendmmsg(fd, messages + (long) next * MMSGHDR_LENGTH, queued - next, MSG_DONTWAIT);
            if (taken > 0) {
                Arrays.fill(errnos, next, next + taken, 0);
                sent += taken;
                next += taken;
            } else {
                errnos[next++] = LibC.errno();
            }
        }
        queued = 0;
        return sent;
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
