package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.pcap.PcapInput;
import dev.trigon.linux.Wakeup;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The capture beside an interface's rings, for what they cannot take: frames longer than a chunk, and frames for a VIP that is the
 * gateway's own address, which the kernel must see too, for what no service asks for is its own. The XDP program lets both pass.
 *
 * <p>It sees what arrives by every queue, so that one port of an interface has it and the others have none.
 */
final class Aside implements AutoCloseable {
    /** After so many batches it is looked at though nothing tells of a frame there. */
    private static final int LOOK_EVERY = 16;

    /** Less than where all that there is comes in so. */
    private static final int RING_OCTETS = 4 * 1024 * 1024;

    private final @Nullable PcapInput capture;
    private final int[] fds;
    private int batchesSinceLook;
    /** Whether there is reason to think that it has frames. */
    private boolean tells;

    private Aside(@Nullable PcapInput capture) {
        this.capture = capture;
        this.fds = capture == null ? new int[0] : capture.fds();
    }

    /** @param frameOctets the longest frame that a chunk has room for */
    static Aside open(String interfaceName, int frameOctets) throws PortException {
        return new Aside(PcapInput.open(interfaceName, RING_OCTETS, frameOctets));
    }

    static Aside none() {
        return new Aside(null);
    }

    /** Adds what has arrived, if it is time to look or something tells of it. */
    void receive(Batch batch) {
        if (capture == null || !(tells || capture.hasInHand() || ++batchesSinceLook >= LOOK_EVERY)) {
            return;
        }
        int before = batch.count();
        capture.receive(batch);
        tells = batch.count() > before;
        batchesSinceLook = 0;
    }

    /** Whether a frame has been seen that found no place in the last batch: no descriptor tells of it. */
    boolean hasInHand() {
        return capture != null && capture.hasInHand();
    }

    /** The descriptors that tell of frames. */
    int[] fds() {
        return fds.clone();
    }

    /**
     * Has been slept over.
     *
     * @param first which of the descriptors that were watched is the first of these
     */
    void slept(Wakeup watched, int first) {
        tells = false;
        for (int i = 0; i < fds.length; i++) {
            tells |= watched.wasReadable(first + i);
        }
    }

    void steer(Steering wanted) {
        if (capture != null) {
            capture.steer(List.<InetAddress>copyOf(wanted.own()), wanted.vips());
        }
    }

    /** Frames that found no room. */
    long kernelDrops() {
        return capture == null ? 0 : capture.kernelDrops();
    }

    @Override
    public void close() {
        if (capture != null) {
            capture.close();
        }
    }
}
