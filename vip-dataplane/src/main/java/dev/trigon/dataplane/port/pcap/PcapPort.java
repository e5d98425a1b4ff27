package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.linux.RealTime;
import dev.trigon.linux.Wakeup;
import dev.trigon.linux.packet.FrameSender;
import dev.trigon.linux.packet.SegmentSender;
import dev.trigon.linux.pcap.CaptureRing;
import java.net.InetAddress;
import java.util.List;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapNativeException;

/**
 * Captures with libpcap and sends through raw sockets.
 *
 * <p>Two captures: in immediate mode every frame has a slot of the longest frame's size. Slots for super-packets, which
 * senders on veth and virtio hand over in one piece of up to 64 KiB, would leave room for 256 frames of any size. So frames
 * that the interface's MTU allows have a ring of their own, with thousands of slots, and longer ones another. Which frame
 * came first is told by the kernel's timestamps; to be sure of it, a batch ends with what had arrived when it began.
 */
public final class PcapPort implements PacketPort {
    /** Of a super-packet: with the ring's own header, a slot is then the 64 KiB that its blocks are divided into. */
    private static final int LONG_FRAME_OCTETS = 65_450;
    /** The kernel takes the outer tag off before it measures, and libpcap puts it back. */
    private static final int TAG_LENGTH = 4;
    /** A timestamp further ahead than this tells of a clock that was set back. */
    private static final long PLAUSIBLE_NS = 1_000_000;

    private final Capture frames;
    private final Capture longFrames;
    private final int longest;
    private final FrameSender sender;
    private final SegmentSender segments;
    private final SuperPacket superPacket = new SuperPacket();
    private final Wakeup wakeup;
    private final RealTime clock = new RealTime();
    private final int[] sent;
    private final int[] errnos;
    private int queued;

    private PcapPort(Capture frames, Capture longFrames, int frameCapacity, int batchCapacity) {
        this.frames = frames;
        this.longFrames = longFrames;
        this.longest = frameCapacity - TAG_LENGTH;
        this.sender = FrameSender.open(batchCapacity);
        this.segments = SegmentSender.open();
        this.wakeup = new Wakeup(frames.fd(), longFrames.fd());
        this.sent = new int[batchCapacity];
        this.errnos = new int[batchCapacity];
    }

    /**
     * Opens an interface, steered to nothing yet.
     *
     * @param frameCapacity the longest frame that the interface's MTU allows
     * @throws PortException if libpcap cannot
     */
    public static PcapPort open(String interfaceName, int frameCapacity, int batchCapacity) throws PortException {
        try {
            Capture frames = Capture.open(interfaceName, frameCapacity);
            Capture longFrames = Capture.open(interfaceName, Math.max(frameCapacity, LONG_FRAME_OCTETS));
            return new PcapPort(frames, longFrames, frameCapacity, batchCapacity);
        } catch (PcapNativeException | NotOpenException e) {
            throw new PortException(
                    "libpcap says " + e.getMessage(), "see that " + interfaceName + " is there and up", e);
        } catch (LinkageError e) {
            // the first use finds it missing, a later one finds pcap4j's class unusable
            throw new PortException("libpcap is missing", "install it: apt-get install libpcap0.8", e);
        }
    }

    @Override
    public void receive(Batch batch) {
        long beganNs = clock.ns();
        boolean more = true;
        boolean moreLong = true;
        while (!batch.isFull()) {
            // a ring that was found empty is not asked again before the next batch: the question is a system call
            more = more && frames.look();
            moreLong = moreLong && longFrames.look();
            if (!more && !moreLong) {
                return;
            }
            Capture first = !moreLong || (more && isEarlier(frames, longFrames)) ? frames : longFrames;
            long aheadNs = first.frame().arrivedNs() - beganNs;
            if (aheadNs > 0 && aheadNs < PLAUSIBLE_NS) {
                return;
            }
            take(first, batch);
        }
    }

    private static boolean isEarlier(Capture one, Capture other) {
        return one.frame().arrivedNs() <= other.frame().arrivedNs();
    }

    private static void take(Capture capture, Batch batch) {
        CaptureRing ring = capture.frame();
        int octets = Math.min(ring.captured(), batch.frameCapacity());
        int frame = batch.add(octets, octets < ring.length());
        ring.copyTo(batch.frames(), batch.at(frame), octets);
        capture.taken();
    }

    @Override
    public void transmit(Batch batch) {
        queued = 0;
        for (int frame = 0; frame < batch.count(); frame++) {
            int egress = batch.egress(frame);
            if (egress == Batch.STAYS) {
                continue;
            }
            if (batch.segment(frame) == Batch.WHOLE) {
                sender.queue(batch.address(frame), batch.length(frame), egress);
                sent[queued++] = frame;
            } else {
                // what was queued before it is sent before it: a flow keeps its order
                flush(batch);
                batch.errno(frame, superPacket.send(batch, frame, segments));
            }
        }
        flush(batch);
    }

    private void flush(Batch batch) {
        if (queued > 0 && sender.flush(errnos) < queued) {
            for (int i = 0; i < queued; i++) {
                batch.errno(sent[i], errnos[i]);
            }
        }
        queued = 0;
    }

    @Override
    public void await(int timeoutMs) {
        if (!frames.hasInHand() && !longFrames.hasInHand()) {
            wakeup.await(timeoutMs);
        }
    }

    @Override
    public void wake() {
        wakeup.wake();
    }

    @Override
    public void steer(Steering wanted) {
        steer(wanted.vips(), wanted.vips());
    }

    /** Brings in frames up to the length that was given at opening of these, and longer ones of those. */
    private void steer(List<InetAddress> vips, List<InetAddress> longOnes) {
        frames.filter(SteeringFilter.upTo(longest, vips));
        longFrames.filter(SteeringFilter.longerThan(longest, longOnes));
    }

    @Override
    public long kernelDrops() {
        return frames.kernelDrops() + longFrames.kernelDrops();
    }

    @Override
    public void close() {
        frames.close();
        longFrames.close();
        sender.close();
        segments.close();
        wakeup.close();
    }
}
