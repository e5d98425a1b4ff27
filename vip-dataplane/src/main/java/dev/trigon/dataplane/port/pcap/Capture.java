package dev.trigon.dataplane.port.pcap;

import dev.trigon.linux.pcap.BpfProgram;
import dev.trigon.linux.pcap.CaptureRing;
import java.lang.reflect.Field;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;

/**
 * One ring of libpcap's, and the frame in hand: looked at, and not yet taken.
 *
 * <p>pcap4j opens and closes. The call per packet goes past it: its own copies every frame into a new array, and sends with
 * one system call a frame, which together reach about a seventh of what this does (docs/performance.md). For that its pcap_t
 * is needed, which it keeps private; it is read by reflection once, when the capture opens.
 *
 * <p>Immediate mode: a frame can be read as soon as it has arrived, instead of when a block has filled or timed out.
 * A balancer stands in the way of every request, so latency comes before the last few percent of rate.
 */
final class Capture implements AutoCloseable {
    /** Immediate mode does not wait for it, but pcap_open_live's contract wants one. */
    private static final int READ_TIMEOUT_MS = 1;
    /** pcap-filter has no word for "nothing"; no frame is shorter than this. */
    private static final String NOTHING = "less 1";

    private final PcapHandle handle;
    private final CaptureRing ring;
    private boolean inHand;

    private Capture(PcapHandle handle) {
        this.handle = handle;
        this.ring = CaptureRing.of(pcapOf(handle));
    }

    /** Opens a ring of so many octets whose slots have room for frames of so many. It lets nothing in yet. */
    static Capture open(String interfaceName, int ringOctets, int frameOctets)
            throws PcapNativeException, NotOpenException {
        PcapHandle handle = new PcapHandle.Builder(interfaceName)
                .snaplen(frameOctets)
                .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                .bufferSize(ringOctets)
                .immediateMode(true)
                .timeoutMillis(READ_TIMEOUT_MS)
                .timestampPrecision(TimestampPrecision.NANO)
                .direction(PcapDirection.IN)
                .build();
        handle.setFilter(NOTHING, BpfCompileMode.OPTIMIZE);
        Capture capture = new Capture(handle);
        capture.ring.nonBlocking();
        capture.ring.ignoreOutgoing();
        return capture;
    }

    private static Object pcapOf(PcapHandle handle) {
        try {
            Field pointer = PcapHandle.class.getDeclaredField("handle");
            pointer.setAccessible(true);
            return pointer.get(handle);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this pcap4j keeps its pcap_t elsewhere than 1.8.2 did", e);
        }
    }

    void filter(BpfProgram program) {
        ring.filter(program);
    }

    int fd() {
        return ring.fd();
    }

    /** Looks for a frame, unless there is one in hand. */
    boolean look() {
        inHand = inHand || ring.next();
        return inHand;
    }

    boolean hasInHand() {
        return inHand;
    }

    /** The ring, to read the frame in hand from. */
    CaptureRing frame() {
        return ring;
    }

    void taken() {
        inHand = false;
    }

    long kernelDrops() {
        return ring.kernelDrops();
    }

    @Override
    public void close() {
        handle.close();
    }
}
