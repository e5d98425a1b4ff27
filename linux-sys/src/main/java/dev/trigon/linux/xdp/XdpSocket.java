package dev.trigon.linux.xdp;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An AF_XDP socket: one queue of one interface, with its rings. One thread owns it. The kernel's own words:
 * Documentation/networking/af_xdp.rst; what it wants written (linux/if_xdp.h; LP64):
 *
 * <pre>
 * struct xdp_umem_reg {          struct sockaddr_xdp {               struct xdp_ring_offset {
 *     __u64 addr;        //  0       __u16 sxdp_family;      //  0       __u64 producer; //  0
 *     __u64 len;         //  8       __u16 sxdp_flags;       //  2       __u64 consumer; //  8
 *     __u32 chunk_size;  // 16       __u32 sxdp_ifindex;     //  4       __u64 desc;     // 16
 *     __u32 headroom;    // 20       __u32 sxdp_queue_id;    //  8       __u64 flags;    // 24
 *     __u32 flags;       // 24       __u32 sxdp_shared_umem_fd; // 12 };
 *     __u32 tx_metadata_len; // 28 };
 * };
 * struct xdp_mmap_offsets { struct xdp_ring_offset rx, tx, fr, cr; };
 * struct xdp_statistics { __u64 rx_dropped, rx_invalid_descs, tx_invalid_descs, rx_ring_full,
 *     rx_fill_ring_empty_descs, tx_ring_empty_descs; };
 * </pre>
 */
public final class XdpSocket implements AutoCloseable {
    /** How frames get between the driver and the memory. */
    public enum Copying {
        /** The driver works in the memory itself. */
        ZERO_COPY(1 << 2),
        /** The kernel copies; any driver will do. */
        COPY(1 << 1);

        private final int flag;

        Copying(int flag) {
            this.flag = flag;
        }
    }

    /** How many entries each ring has; powers of two. A socket that only sends has a ring of chunks that stays empty. */
    public record Sizes(int receive, int fill, int send, int completion) {
        public static Sizes sending(int send, int completion) {
            return new Sizes(0, 1, send, completion);
        }
    }

    private static final int AF_XDP = 44;
    private static final int SOL_XDP = 283;
    private static final int XDP_MMAP_OFFSETS = 1;
    private static final int XDP_RX_RING = 2;
    private static final int XDP_TX_RING = 3;
    private static final int XDP_UMEM_REG = 4;
    private static final int XDP_UMEM_FILL_RING = 5;
    private static final int XDP_UMEM_COMPLETION_RING = 6;
    private static final int XDP_STATISTICS = 7;
    private static final int XDP_MAX_TX_SKB_BUDGET = 9;

    private static final long XDP_PGOFF_RX_RING = 0;
    private static final long XDP_PGOFF_TX_RING = 0x8000_0000L;
    private static final long XDP_UMEM_PGOFF_FILL_RING = 0x1_0000_0000L;
    private static final long XDP_UMEM_PGOFF_COMPLETION_RING = 0x1_8000_0000L;

    private static final int XDP_SHARED_UMEM = 1;
    private static final int XDP_USE_NEED_WAKEUP = 1 << 3;

    private static final int UMEM_REG_LENGTH = 32;
    private static final int RING_OFFSET_LENGTH = 32;
    private static final int MMAP_OFFSETS_LENGTH = 4 * RING_OFFSET_LENGTH;
    private static final int SOCKADDR_LENGTH = 16;
    private static final int RX_DROPPED_OFFSET = 0;
    private static final int RX_RING_FULL_OFFSET = 24;
    private static final int STATISTICS_LENGTH = 48;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x8001;
    private static final int MSG_DONTWAIT = 0x40;

    private final int fd;
    private final Umem umem;
    private final Sizes sizes;
    private final NativeMemory statistics = NativeMemory.allocate(STATISTICS_LENGTH + Long.BYTES);
    private @Nullable ConsumerRing received;
    private @Nullable ProducerRing fill;
    private @Nullable ProducerRing send;
    private @Nullable ConsumerRing completed;

    private XdpSocket(int fd, Umem umem, Sizes sizes) {
        this.fd = fd;
        this.umem = umem;
        this.sizes = sizes;
    }

    /**
     * Opens a socket that knows the memory, and maps its rings. Nothing comes before it is bound.
     *
     * @throws LinuxException EAFNOSUPPORT: the kernel has no AF_XDP; EPERM: CAP_NET_RAW is missing; ENOBUFS: more memory than
     *     RLIMIT_MEMLOCK lets be locked
     */
    public static XdpSocket open(Umem umem, Sizes sizes) {
        return open(umem, sizes, true);
    }

    /** Opens a socket for memory that another socket has made known, and which {@link #bindShared} will name. */
    public static XdpSocket openShared(Umem umem, Sizes sizes) {
        return open(umem, sizes, false);
    }

    private static XdpSocket open(Umem umem, Sizes sizes, boolean register) {
        int fd = LibC.socket(AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_XDP, SOCK_RAW)", LibC.errno());
        }
        XdpSocket socket = new XdpSocket(fd, umem, sizes);
        try {
            if (register) {
                socket.register();
            }
            socket.mapRings();
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    private void register() {
        NativeMemory region = NativeMemory.allocate(UMEM_REG_LENGTH);
        region.buffer()
                .putLong(umem.memory().address())
                .putLong(umem.octets())
                .putInt(umem.chunkOctets())
                .putInt(0)
                .putInt(0)
                .putInt(0);
        String what = "XDP_UMEM_REG, " + umem.octets() + " octets";
        set(SOL_XDP, XDP_UMEM_REG, what, region, UMEM_REG_LENGTH);
    }

    private void mapRings() {
        set(SOL_XDP, XDP_UMEM_FILL_RING, "XDP_UMEM_FILL_RING", sizes.fill);
        set(SOL_XDP, XDP_UMEM_COMPLETION_RING, "XDP_UMEM_COMPLETION_RING", sizes.completion);
        if (sizes.receive > 0) {
            set(SOL_XDP, XDP_RX_RING, "XDP_RX_RING", sizes.receive);
        }
        set(SOL_XDP, XDP_TX_RING, "XDP_TX_RING", sizes.send);
        NativeMemory offsets = NativeMemory.allocate(MMAP_OFFSETS_LENGTH + Integer.BYTES);
        offsets.buffer().putInt(MMAP_OFFSETS_LENGTH, MMAP_OFFSETS_LENGTH);
        long length = offsets.address() + MMAP_OFFSETS_LENGTH;
        if (LibC.getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, offsets.address(), length) < 0) {
            throw new LinuxException("getsockopt(SOL_XDP, XDP_MMAP_OFFSETS)", LibC.errno());
        }
        if (sizes.receive > 0) {
            received = new ConsumerRing(
                    map(offsets, 0, sizes.receive, Ring.DESC_LENGTH, XDP_PGOFF_RX_RING),
                    sizes.receive,
                    Ring.DESC_LENGTH);
        }
        send = new ProducerRing(
                map(offsets, 1, sizes.send, Ring.DESC_LENGTH, XDP_PGOFF_TX_RING), sizes.send, Ring.DESC_LENGTH);
        fill = new ProducerRing(
                map(offsets, 2, sizes.fill, Ring.ADDRESS_LENGTH, XDP_UMEM_PGOFF_FILL_RING),
                sizes.fill,
                Ring.ADDRESS_LENGTH);
        completed = new ConsumerRing(
                map(offsets, 3, sizes.completion, Ring.ADDRESS_LENGTH, XDP_UMEM_PGOFF_COMPLETION_RING),
                sizes.completion,
                Ring.ADDRESS_LENGTH);
    }

    private Ring.Mapping map(NativeMemory offsets, int ring, int entries, int entryOctets, long pageOffset) {
        ByteBuffer structs = offsets.buffer();
        int at = ring * RING_OFFSET_LENGTH;
        int producerAt = (int) structs.getLong(at);
        int consumerAt = (int) structs.getLong(at + 8);
        int descAt = (int) structs.getLong(at + 16);
        int flagsAt = (int) structs.getLong(at + 24);
        long octets = descAt + (long) entries * entryOctets;
        long address = LibC.mmap(0, octets, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, pageOffset);
        if (address == LibC.MAP_FAILED) {
            throw new LinuxException("mmap(AF_XDP, ring " + ring + ", " + entries + " entries)", LibC.errno());
        }
        return new Ring.Mapping(address, octets, producerAt, consumerAt, descAt, flagsAt);
    }

    /**
     * Binds to one queue of an interface, in the way that is asked for. An interface may send by fewer queues than it receives
     * by: to be bound to one of the others goes well, and nothing ever leaves by it.
     *
     * @throws LinuxException EOPNOTSUPP or EINVAL: not in that way; EBUSY: another socket has the queue; ENODEV: no such
     *     interface
     */
    public void bind(int ifIndex, int queue, Copying copying) {
        bind(ifIndex, queue, copying.flag | XDP_USE_NEED_WAKEUP, 0);
    }

    /** Binds to a queue in memory that another socket made known. The way is that of the other socket. */
    public void bindShared(int ifIndex, int queue, XdpSocket owner) {
        bind(ifIndex, queue, XDP_SHARED_UMEM, owner.fd);
    }

    private void bind(int ifIndex, int queue, int flags, int sharedFd) {
        NativeMemory address = NativeMemory.allocate(SOCKADDR_LENGTH);
        address.buffer()
                .putShort((short) AF_XDP)
                .putShort((short) flags)
                .putInt(ifIndex)
                .putInt(queue)
                .putInt(sharedFd);
        try {
            if (LibC.bind(fd, address.address(), SOCKADDR_LENGTH) < 0) {
                String what = "bind(AF_XDP, interface " + ifIndex + ", queue " + queue + ", flags " + flags + ")";
                throw new LinuxException(what, LibC.errno());
            }
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /** How much may wait for a driver to send it, where the kernel copies. */
    public void sendBuffer(int octets) {
        set(SOL_SOCKET, SO_SNDBUFFORCE, "SO_SNDBUFFORCE", octets);
    }

    /**
     * How many frames one {@link #wakeSend} may send, where the kernel copies; 32 if nothing is said. Linux 6.17.
     *
     * @return whether this kernel lets one say so
     */
    public boolean sendBudget(int frames) {
        return trySet(SOL_XDP, XDP_MAX_TX_SKB_BUDGET, frames);
    }

    private void set(int level, int name, String what, int value) {
        if (!trySet(level, name, value)) {
            throw new LinuxException("setsockopt(AF_XDP, " + what + ", " + value + ")", LibC.errno());
        }
    }

    private boolean trySet(int level, int name, int value) {
        NativeMemory memory = NativeMemory.allocate(Integer.BYTES);
        memory.buffer().putInt(0, value);
        return LibC.setsockopt(fd, level, name, memory.address(), Integer.BYTES) == 0;
    }

    private void set(int level, int name, String what, NativeMemory value, int length) {
        if (LibC.setsockopt(fd, level, name, value.address(), length) != 0) {
            throw new LinuxException("setsockopt(AF_XDP, " + what + ")", LibC.errno());
        }
    }

    public int fd() {
        return fd;
    }

    /** Frames that arrived. */
    public ConsumerRing received() {
        return there(received);
    }

    /** Chunks to receive into. */
    public ProducerRing fill() {
        return there(fill);
    }

    /** Frames to be sent. */
    public ProducerRing send() {
        return there(send);
    }

    /** Chunks whose frames have been sent. */
    public ConsumerRing completed() {
        return there(completed);
    }

    private static <R extends Ring> R there(@Nullable R ring) {
        if (ring == null) {
            throw new IllegalStateException("this socket has no such ring");
        }
        return ring;
    }

    /** Has the kernel look at the ring of frames to be sent. @return 0, or the errno with which it stopped */
    public int wakeSend() {
        return LibC.sendto(fd, 0, 0, MSG_DONTWAIT, 0, 0) < 0 ? LibC.errno() : 0;
    }

    /** Has the kernel look at the ring of chunks to receive into. */
    public void wakeReceive() {
        LibC.recvfrom(fd, 0, 0, MSG_DONTWAIT, 0, 0);
    }

    /** Frames that arrived and came to nothing since the socket was opened: no chunk was there for them, or the ring was full. */
    public long lost() {
        ByteBuffer structs = statistics.buffer();
        structs.putInt(STATISTICS_LENGTH, STATISTICS_LENGTH);
        long length = statistics.address() + STATISTICS_LENGTH;
        if (LibC.getsockopt(fd, SOL_XDP, XDP_STATISTICS, statistics.address(), length) < 0) {
            throw new LinuxException("getsockopt(SOL_XDP, XDP_STATISTICS)", LibC.errno());
        }
        return structs.getLong(RX_DROPPED_OFFSET) + structs.getLong(RX_RING_FULL_OFFSET);
    }

    /** Also unmaps the rings. The memory stays the owner's. */
    @Override
    public void close() {
        unmap(received);
        unmap(fill);
        unmap(send);
        unmap(completed);
        LibC.close(fd);
    }

    private static void unmap(@Nullable Ring ring) {
        if (ring != null) {
            ring.unmap();
        }
    }
}
