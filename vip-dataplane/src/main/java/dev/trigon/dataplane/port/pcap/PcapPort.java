package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.linux.Wakeup;
import dev.trigon.linux.packet.FrameSender;
import dev.trigon.linux.pcap.CaptureRing;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.util.List;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;

/**
 * Captures with libpcap and sends through a raw socket.
 *
 * <p>pcap4j opens, filters and closes. The call per packet goes past it: its own copies every frame into a new array,
 * and sends with one system call a frame, which together reach about a seventh of what this does (docs/performance.md).
 * For that its pcap_t is needed, which it keeps private; it is read by reflection once, when the port opens.
 *
 * <p>Immediate mode: a frame can be read as soon as it has arrived, instead of when a block has filled or timed out.
 * A balancer stands in the way of every request, so latency comes before the last few percent of rate.
 */
public final class PcapPort implements PacketPort {
    private static final int RING_OCTETS = 16 * 1024 * 1024;
    /** Immediate mode does not wait for it, but pcap_open_live's contract wants one. */
    private static final int READ_TIMEOUT_MS = 1;

    private final PcapHandle handle;
    private final CaptureRing ring;
    private final FrameSender sender;
    private final Wakeup wakeup;
    private final int[] sent;
    private final int[] errnos;

    private PcapPort(PcapHandle handle, CaptureRing ring, int batchCapacity) {
        this.handle = handle;
        this.ring = ring;
        this.sender = FrameSender.open(batchCapacity);
        this.wakeup = new Wakeup(ring.fd());
        this.sent = new int[batchCapacity];
        this.errnos = new int[batchCapacity];
    }

    /**
     * Opens an interface, steered to nothing yet.
     *
     * @param frameCapacity the longest frame to capture whole
     * @throws PortException if libpcap cannot
     */
    public static PcapPort open(String interfaceName, int frameCapacity, int batchCapacity) throws PortException {
        try {
            PcapHandle handle = new PcapHandle.Builder(interfaceName)
                    .snaplen(frameCapacity)
                    .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                    .bufferSize(RING_OCTETS)
                    .immediateMode(true)
                    .timeoutMillis(READ_TIMEOUT_MS)
                    .direction(PcapDirection.IN)
                    .build();
            handle.setFilter(SteeringFilter.NOTHING, BpfCompileMode.OPTIMIZE);
            CaptureRing ring = CaptureRing.of(pcapOf(handle));
            ring.nonBlocking();
            ring.ignoreOutgoing();
            return new PcapPort(handle, ring, batchCapacity);
        } catch (PcapNativeException | NotOpenException e) {
            throw new PortException(
                    "libpcap says " + e.getMessage(), "see that " + interfaceName + " is there and up", e);
        } catch (LinkageError e) {
            // the first use finds it missing, a later one finds pcap4j's class unusable
            throw new PortException("libpcap is missing", "install it: apt-get install libpcap0.8", e);
        }
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

    @Override
    public void receive(Batch batch) {
        while (!batch.isFull() && ring.next()) {
            int octets = Math.min(ring.captured(), batch.frameCapacity());
            int frame = batch.add(octets, octets < ring.length());
            ring.copyTo(batch.frames(), batch.at(frame), octets);
        }
    }

    @Override
    public void transmit(Batch batch) {
        int queued = 0;
        for (int frame = 0; frame < batch.count(); frame++) {
            int egress = batch.egress(frame);
            if (egress != Batch.STAYS) {
                sender.queue(batch.address(frame), batch.length(frame), egress);
                sent[queued++] = frame;
            }
        }
        if (queued > 0 && sender.flush(errnos) < queued) {
            for (int i = 0; i < queued; i++) {
                batch.errno(sent[i], errnos[i]);
            }
        }
    }

    @Override
    public void await(int timeoutMs) {
        wakeup.await(timeoutMs);
    }

    @Override
    public void wake() {
        wakeup.wake();
    }

    @Override
    public void steer(List<InetAddress> addresses) {
        int[] vips = addresses.stream().mapToInt(a -> (int) IpAddress.low(a)).toArray();
        try {
            handle.setFilter(SteeringFilter.of(vips), BpfCompileMode.OPTIMIZE);
        } catch (PcapNativeException | NotOpenException e) {
            throw new IllegalStateException("libpcap refused the filter " + SteeringFilter.of(vips), e);
        }
    }

    @Override
    public long kernelDrops() {
        return ring.kernelDrops();
    }

    @Override
    public void close() {
        handle.close();
        sender.close();
        wakeup.close();
    }
}
