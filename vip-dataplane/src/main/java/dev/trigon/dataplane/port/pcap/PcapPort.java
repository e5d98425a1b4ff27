package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.raw.RawOutput;
import dev.trigon.linux.Wakeup;

/** Captures with libpcap and sends through raw sockets: runs on any interface of any kernel. */
public final class PcapPort implements PacketPort {
    private final PcapInput input;
    private final RawOutput output;
    private final Wakeup wakeup;

    private PcapPort(PcapInput input, int batchCapacity) {
        this.input = input;
        this.output = new RawOutput(batchCapacity);
        this.wakeup = new Wakeup(input.fds());
    }

    /**
     * Opens an interface, steered to nothing yet.
     *
     * @param frameCapacity the longest frame that the interface's MTU allows
     * @throws PortException if libpcap cannot
     */
    public static PcapPort open(String interfaceName, int frameCapacity, int batchCapacity) throws PortException {
        return new PcapPort(PcapInput.open(interfaceName, PcapInput.RING_OCTETS, frameCapacity), batchCapacity);
    }

    @Override
    public void receive(Batch batch) {
        input.receive(batch);
    }

    @Override
    public void transmit(Batch batch) {
        for (int frame = 0; frame < batch.count(); frame++) {
            if (batch.egress(frame) != Batch.STAYS) {
                output.send(batch, frame);
            }
        }
        output.flush(batch);
    }

    @Override
    public void await(int timeoutMs) {
        if (!input.hasInHand()) {
            wakeup.await(timeoutMs);
        }
    }

    @Override
    public void wake() {
        wakeup.wake();
    }

    @Override
    public void steer(Steering wanted) {
        input.steer(wanted.vips(), wanted.vips());
    }

    @Override
    public long kernelDrops() {
        return input.kernelDrops();
    }

    @Override
    public void close() {
        input.close();
        output.close();
        wakeup.close();
    }
}
