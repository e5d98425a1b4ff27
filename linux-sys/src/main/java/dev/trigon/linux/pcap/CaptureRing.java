package dev.trigon.linux.pcap;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Takes captured frames from an open pcap_t without allocating. One thread owns it, as libpcap demands.
 *
 * <p>pcap_next_ex(3) leaves two pointers in memory of ours, to
 *
 * <pre>
 * struct pcap_pkthdr {     // pcap/pcap.h; LP64
 *     struct timeval ts;   //  0
 *     bpf_u_int32 caplen;  // 16
 *     bpf_u_int32 len;     // 20
 * };
 * </pre>
 *
 * and to the frame itself, in the ring that libpcap shares with the kernel. Both are read through a window: one direct
 * buffer over the two gigabytes around the last pointer, made anew only when a pointer falls outside it, which is when
 * the first frame comes.
 */
public final class CaptureRing {
    private static final int PKTHDR_SECONDS_OFFSET = 0;
    private static final int PKTHDR_FRACTION_OFFSET = 8;
    private static final int PKTHDR_CAPLEN_OFFSET = 16;
    private static final int PKTHDR_LEN_OFFSET = 20;
    private static final int PKTHDR_LENGTH = 24;

    private static final int HEADER_POINTER_OFFSET = 0;
    private static final int DATA_POINTER_OFFSET = 8;
    private static final int POINTERS_LENGTH = 16;

    /** struct pcap_stat: u_int ps_recv, ps_drop, ps_ifdrop. */
    private static final int STAT_DROP_OFFSET = 4;

    private static final int STAT_LENGTH = 12;

    private static final long WINDOW_ALIGNMENT = 1L << 30;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    static {
        Native.register(CaptureRing.class, "pcap");
    }

    private final long pcap;
    private final NativeMemory pointers = NativeMemory.allocate(POINTERS_LENGTH);
    private final NativeMemory stat = NativeMemory.allocate(STAT_LENGTH);
    private Window header = new Window(0, ByteBuffer.allocate(0));
    private Window data = new Window(0, ByteBuffer.allocate(0));
    private int headerAt;
    private int dataAt;

    private CaptureRing(long pcap) {
        this.pcap = pcap;
    }

    /**
     * Wraps an activated pcap_t.
     *
     * @param pcap the JNA pointer to it, typed as Object so that JNA stays in this module
     */
    public static CaptureRing of(Object pcap) {
        return new CaptureRing(Pointer.nativeValue((Pointer) pcap));
    }

    /** Makes {@link #next} answer at once when there is no frame. */
    public void nonBlocking() {
        NativeMemory error = NativeMemory.allocate(256);
        if (pcap_setnonblock(pcap, 1, error.address()) != 0) {
            throw new IllegalStateException("pcap_setnonblock: " + new Pointer(error.address()).getString(0));
        }
    }

    /** The descriptor to poll for frames. */
    public int fd() {
        return pcap_get_selectable_fd(pcap);
    }

    /**
     * Keeps frames that this host sends out of the ring altogether (PACKET_IGNORE_OUTGOING, Linux 4.20). libpcap's own
     * direction filter drops them only after the kernel has copied them in.
     */
    public void ignoreOutgoing() {
        NativeMemory on = NativeMemory.allocate(Integer.BYTES);
        on.buffer().putInt(0, 1);
        if (LibC.setsockopt(fd(), SOL_PACKET, PACKET_IGNORE_OUTGOING, on.address(), Integer.BYTES) != 0) {
            throw new LinuxException("setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)", LibC.errno());
        }
    }

    /** From now on lets in what the program accepts; what waits in the ring already is sorted by it too. */
    public void filter(BpfProgram program) {
        NativeMemory assembled = program.assemble();
        try {
            if (pcap_setfilter(pcap, assembled.address()) != 0) {
                throw new IllegalStateException("libpcap refused a filter of " + program.length() + " instructions: "
                        + new Pointer(pcap_geterr(pcap)).getString(0));
            }
        } finally {
            Reference.reachabilityFence(assembled);
        }
    }

    /** Steps to the next frame; false when there is none now. The frame is valid until the next call. */
    public boolean next() {
        long at = pointers.address();
        if (pcap_next_ex(pcap, at + HEADER_POINTER_OFFSET, at + DATA_POINTER_OFFSET) != 1) {
            return false;
        }
        long headerAddress = pointers.buffer().getLong(HEADER_POINTER_OFFSET);
        if (!header.holds(headerAddress, PKTHDR_LENGTH)) {
            header = Window.around(headerAddress);
        }
        headerAt = header.index(headerAddress);
        long dataAddress = pointers.buffer().getLong(DATA_POINTER_OFFSET);
        if (!data.holds(dataAddress, captured())) {
            data = Window.around(dataAddress);
        }
        dataAt = data.index(dataAddress);
        return true;
    }

    /** Octets of the frame that were captured. */
    public int captured() {
        return header.buffer.getInt(headerAt + PKTHDR_CAPLEN_OFFSET);
    }

    /** Octets that the frame had on the wire. */
    public int length() {
        return header.buffer.getInt(headerAt + PKTHDR_LEN_OFFSET);
    }

    /** When the frame arrived, by the wall clock; of a pcap_t opened for nanoseconds. */
    public long arrivedNs() {
        return header.buffer.getLong(headerAt + PKTHDR_SECONDS_OFFSET) * 1_000_000_000L
                + header.buffer.getLong(headerAt + PKTHDR_FRACTION_OFFSET);
    }

    /** Copies the first octets of the frame. */
    public void copyTo(ByteBuffer target, int at, int octets) {
        target.put(at, data.buffer, dataAt, octets);
    }

    /** Frames that the kernel had no room for in the ring, since the capture was opened. */
    public long kernelDrops() {
        if (pcap_stats(pcap, stat.address()) != 0) {
            return 0;
        }
        return Integer.toUnsignedLong(stat.buffer().getInt(STAT_DROP_OFFSET));
    }

    private static native int pcap_next_ex(long pcap, long header, long data);

    private static native int pcap_setfilter(long pcap, long program);

    private static native long pcap_geterr(long pcap);

    private static native int pcap_setnonblock(long pcap, int nonblock, long error);

    private static native int pcap_get_selectable_fd(long pcap);

    private static native int pcap_stats(long pcap, long stat);

    private record Window(long base, ByteBuffer buffer) {
        static Window around(long address) {
            long base = address & -WINDOW_ALIGNMENT;
            return new Window(base, NativeMemory.view(base, Integer.MAX_VALUE));
        }

        boolean holds(long address, int octets) {
            return address >= base && address + octets <= base + buffer.capacity();
        }

        int index(long address) {
            return (int) (address - base);
        }
    }
}
