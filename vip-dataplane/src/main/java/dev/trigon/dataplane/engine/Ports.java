package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.port.fault.FaultyPort;
import dev.trigon.dataplane.port.pcap.PcapPort;
import dev.trigon.dataplane.port.pcap.TracedPort;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens an arm's ports, with what is wanted between them and their workers. Faults are nearest to the wire: a trace shows what
 * the worker was given and what it gave, so that what it did can be understood from it.
 */
final class Ports {
    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

    private final VipdConfig.Engine wanted;
    private final @Nullable Faults faults;
    private final Engine.@Nullable Trace trace;

    Ports(VipdConfig.Engine wanted, @Nullable Faults faults, Engine.@Nullable Trace trace) {
        this.wanted = wanted;
        this.faults = faults;
        this.trace = trace;
    }

    /**
     * Opens an arm by the engine that is wanted and possible.
     *
     * @param queues how many the interface receives into
     */
    OpenedArm open(Arm arm, int queues) throws PortException {
        if (wanted == VipdConfig.Engine.AF_XDP) {
            throw new PortException("engine af_xdp is not built yet", "use engine: auto or engine: pcap");
        }
        String reason = wanted == VipdConfig.Engine.PCAP
                ? "chosen in vipd.yaml"
                : "the one engine there is: af_xdp is not built yet";
        PacketPort port = dressed(PcapPort.open(arm.interfaceName(), arm.frameCapacity(), Worker.BATCH), arm);
        return new OpenedArm(List.of(port), OpenedArm.PCAP, null, reason);
    }

    private PacketPort dressed(PacketPort bare, Arm arm) throws PortException {
        PacketPort port = bare;
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
