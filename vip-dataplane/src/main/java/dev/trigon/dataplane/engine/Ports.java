package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.port.fault.FaultyPort;
import dev.trigon.dataplane.port.pcap.PcapPort;
import dev.trigon.dataplane.port.pcap.TracedPort;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An arm's port, with what is wanted between it and its worker. Faults are nearest to the wire: a trace shows what the
 * worker was given and what it gave, so that what it did can be understood from it.
 */
final class Ports {
    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

    private Ports() {}

    static PacketPort open(Arm arm, @Nullable Faults faults, Engine.@Nullable Trace trace) throws PortException {
        PacketPort port = PcapPort.open(arm.interfaceName(), arm.frameCapacity(), Worker.BATCH);
        try {
            if (faults != null) {
                LOG.warn("FAULTS ARE INJECTED on {}, as vipd.yaml wants: {}", arm.interfaceName(), faults);
                port = new FaultyPort(port, faults, Worker.BATCH, System::nanoTime);
            }
            if (trace != null) {
                LOG.warn(
                        "packets of {} are written to {}, {} each way at most",
                        arm.interfaceName(),
                        trace.directory(),
                        trace.packets());
                port = TracedPort.open(port, arm.interfaceName(), trace.directory(), trace.packets());
            }
            return port;
        } catch (PortException | RuntimeException e) {
            port.close();
            throw e;
        }
    }
}
