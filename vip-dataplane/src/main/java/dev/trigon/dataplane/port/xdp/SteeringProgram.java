package dev.trigon.dataplane.port.xdp;

import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.linux.bpf.XdpProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Steering on one interface, for as long as this is open: what is for a VIP goes to the AF_XDP socket of the queue that
 * received it, if there is one, and all else to the kernel. What is steered is {@link SteeringInstructions}' to say.
 */
public final class SteeringProgram implements AutoCloseable {
    private static final String NAME = "trigon_steering";
    private static final String LICENSE = "Apache-2.0";

    private final BpfMap sockets;
    private final XdpLink link;

    private SteeringProgram(BpfMap sockets, XdpLink link) {
        this.sockets = sockets;
        this.link = link;
    }

    /**
     * Without sockets, nothing is steered yet. What the kernel or the driver refuses is a {@link
     * dev.trigon.linux.LinuxException}: EBUSY or EEXIST where the interface has another program.
     *
     * @param mac the interface's own
     * @param maxOctets of a frame: longer ones go to the kernel
     * @param queues that the interface receives on
     * @param frags whether frames may be in several buffers
     */
    public static SteeringProgram attach(
            int ifIndex, long mac, int maxOctets, int queues, boolean frags, XdpLink.Mode mode, SteeredVips vips) {
        BpfMap sockets = sockets(queues);
        try (XdpProgram program = load(mac, maxOctets, frags, vips, sockets)) {
            return new SteeringProgram(sockets, XdpLink.attach(program, ifIndex, mode));
        } catch (RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    static BpfMap sockets(int queues) {
        return BpfMap.xskMap("trigon_sockets", queues);
    }

    static XdpProgram load(long mac, int maxOctets, boolean frags, SteeredVips vips, BpfMap sockets) {
        SteeringInstructions instructions = new SteeringInstructions(mac, maxOctets, frags, vips, sockets);
        return XdpProgram.load(NAME, LICENSE, frags, instructions.assemble());
    }

    /**
     * What a queue receives goes to this socket from now on, and to the kernel again once the socket is closed.
     *
     * @param xskFd of an AF_XDP socket bound to the queue
     */
    public void socket(int queue, int xskFd) {
        sockets.update(octets(queue), octets(xskFd));
    }

    static byte[] octets(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    /** From the next frame on the kernel has them all. */
    @Override
    public void close() {
        link.close();
        sockets.close();
    }
}
