package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.linux.RealTime;
import dev.trigon.linux.pcap.CaptureRing;
import java.net.InetAddress;
import java.util.List;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapNativeException;

/**
 * Captures an interface's frames with libpcap. One thread owns it.
 *
 * <p>Two captures: in immediate mode every frame has a slot of the longest frame's size. Slots for super-packets, which
 * senders on veth and virtio hand over in one piece of up to 64 KiB, would leave room for 256 frames of any size. So frames
 * that the interface's MTU allows have a ring of their own, with thousands of slots, and longer ones another. Which frame
 * came first is told by the kernel's timestamps; to be sure of it, a batch ends with what had arrived when it began.
 */
public final class PcapInput implements AutoCloseable {
    /** Each of the two rings, where all that there is comes in by them. */
    static final int RING_OCTETS = 16 * 1024 * 1024;
    /** Of a super-packet: with the ring's own header, a slot is then the 64 KiB that its blocks are divided into. */
    private static final int LONG_FRAME_OCTETS = 65_450;
    /** The kernel takes the outer tag off before it measures, and libpcap puts it back. */
    private static final int TAG_LENGTH = 4;
    /** A timestamp further ahead than this tells of a clock that was set back. */
    private static final long PLAUSIBLE_NS = 1_000_000;

    private final Capture frames;
    private final Capture longFrames;
    private final int longest;
    private final RealTime clock = new RealTime();

    private PcapInput(Capture frames, Capture longFrames, int frameOctets) {
        this.frames = frames;
        this.longFrames = longFrames;
        this.longest = frameOctets - TAG_LENGTH;
    }

    /**
     * Opens an interface, steered to nothing yet.
     *
     * @param ringOctets of each of the two rings
     * @param frameOctets up to which frames, with a tag, go into the ring of many slots
     * @throws PortException if libpcap cannot
     */
    public static PcapInput open(String interfaceName, int ringOctets, int frameOctets) throws PortException {
        try {
            Capture frames = Capture.open(interfaceName, ringOctets, frameOctets);
            try {
                Capture longFrames = Capture.open(interfaceName, ringOctets, Math.max(frameOctets, LONG_FRAME_OCTETS));
                return new PcapInput(frames, longFrames, frameOctets);
            } catch (PcapNativeException | NotOpenException e) {
                frames.close();
                throw e;
            }
        } catch (PcapNativeException | NotOpenException e) {
            throw new PortException(
                    "libpcap says " + e.getMessage(), "see that " + interfaceName + " is there and up", e);
        } catch (LinkageError e) {
            // the first use finds it missing, a later one finds pcap4j's class unusable
            throw new PortException("libpcap is missing", "install it: apt-get install libpcap0.8", e);
        }
    }

    /** Adds frames that have arrived, as many as there are and fit. */
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

    /** Whether a frame has been seen that found no place in the last batch: no descriptor tells of it. */
    public boolean hasInHand() {
        return frames.hasInHand() || longFrames.hasInHand();
    }

    /** The descriptors that tell of frames. */
    public int[] fds() {
        return new int[] {frames.fd(), longFrames.fd()};
    }

    /**
     * From now on brings in frames for these addresses.
     *
     * @param vips of frames as long as was said at opening
     * @param longVips of longer ones
     */
    public void steer(List<InetAddress> vips, List<InetAddress> longVips) {
        frames.filter(SteeringFilter.upTo(longest, vips));
        longFrames.filter(SteeringFilter.longerThan(longest, longVips));
    }

    /** Frames that found no room. */
    public long kernelDrops() {
        return frames.kernelDrops() + longFrames.kernelDrops();
    }

    @Override
    public void close() {
        frames.close();
        longFrames.close();
    }
}
