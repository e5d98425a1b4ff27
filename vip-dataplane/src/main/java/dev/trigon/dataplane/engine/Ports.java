package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.engine.Arms.Found;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.port.fault.FaultyPort;
import dev.trigon.dataplane.port.pcap.PcapPort;
import dev.trigon.dataplane.port.pcap.TracedPort;
import dev.trigon.dataplane.port.xdp.SteeredVips;
import dev.trigon.dataplane.port.xdp.XdpArm;
import dev.trigon.dataplane.port.xdp.XdpArm.Worst;
import dev.trigon.linux.Ethtool;
import dev.trigon.linux.LinuxException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens an arm's ports, with what is wanted between them and their workers. Faults are nearest to the wire: a trace shows what
 * the worker was given and what it gave, so that what it did can be understood from it.
 */
final class Ports implements AutoCloseable {
    private static final String CHOSEN = "chosen in vipd.yaml";
    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

    private final VipdConfig.Engine wanted;
    private final Set<String> interfaces;
    private final @Nullable Faults faults;
    private final VipdConfig.@Nullable Trace trace;
    /** Made when the first interface asks for it: not every kernel can. */
    private @Nullable SteeredVips steered;

    /** @param interfaces all that are to be opened */
    Ports(
            VipdConfig.Engine wanted,
            Collection<String> interfaces,
            @Nullable Faults faults,
            VipdConfig.@Nullable Trace trace) {
        this.wanted = wanted;
        this.interfaces = Set.copyOf(interfaces);
        this.faults = faults;
        this.trace = trace;
    }

    /** Opens an arm by the engine that is wanted and possible. */
    synchronized OpenedArm open(Found found) throws PortException {
        return switch (wanted) {
            case PCAP -> byPcap(found.arm(), CHOSEN);
            case AF_XDP -> byXdp(found, Worst.GENERIC, CHOSEN);
            case AUTO -> byTheBest(found);
        };
    }

    /** Not in generic mode: every frame on the interface would cost more, the kernel's own too. */
    private OpenedArm byTheBest(Found found) throws PortException {
        Arm arm = found.arm();
        try {
            return byXdp(found, Worst.NATIVE, "the best that its driver is capable of");
        } catch (PortException e) {
            LOG.info("pcap on {}: af_xdp cannot be there: {}", arm.interfaceName(), e.why());
            return byPcap(arm, "af_xdp cannot be: " + e.why());
        }
    }

    private OpenedArm byPcap(Arm arm, String reason) throws PortException {
        PacketPort port = PcapPort.open(arm.interfaceName(), arm.frameCapacity(), Worker.BATCH);
        return new OpenedArm(dressed(List.of(port), arm), OpenedArm.PCAP, null, reason);
    }

    private OpenedArm byXdp(Found found, Worst worst, String reason) throws PortException {
        Arm arm = found.arm();
        XdpArm.Interface of = new XdpArm.Interface(
                arm.interfaceName(), arm.ifIndex(), arm.mac(), arm.frameCapacity(), found.queues(), found.sendQueues());
        XdpArm.Opened opened = XdpArm.open(of, worst, Worker.BATCH, steered(), this::sendQueues);
        return new OpenedArm(dressed(opened.ports(), arm), OpenedArm.AF_XDP, opened.how(), reason);
    }

    private SteeredVips steered() throws PortException {
        if (steered == null) {
            steered = XdpArm.steered();
        }
        return steered;
    }

    /** Of an interface that frames leave by, which may come and go; none where they are its own ports'. */
    private int sendQueues(int ifIndex) {
        try (Ethtool ethtool = Ethtool.open()) {
            NetworkInterface known = NetworkInterface.getByIndex(ifIndex);
            return known == null || interfaces.contains(known.getName()) ? 0 : ethtool.sendQueues(known.getName());
        } catch (SocketException | LinuxException e) {
            return 0;
        }
    }

    private List<PacketPort> dressed(List<PacketPort> bare, Arm arm) throws PortException {
        List<PacketPort> ports = new ArrayList<>(bare);
        try {
            for (int queue = 0; queue < ports.size(); queue++) {
                String suffix = queue == 0 ? "" : "-queue" + queue;
                ports.set(queue, dressed(ports.get(queue), arm.interfaceName() + suffix));
            }
            return ports;
        } catch (PortException e) {
            ports.forEach(PacketPort::close);
            throw e;
        }
    }

    private PacketPort dressed(PacketPort bare, String name) throws PortException {
        PacketPort port = bare;
        if (faults != null) {
            LOG.warn("FAULTS ARE INJECTED on {}, as vipd.yaml wants: {}", name, faults);
            port = new FaultyPort(port, faults, Worker.BATCH, System::nanoTime);
        }
        if (trace != null) {
            LOG.warn("packets of {} are written to {}, {} each way at most", name, trace.directory(), trace.packets());
            port = TracedPort.open(port, name, trace.directory(), trace.packets());
        }
        return port;
    }

    /** Programs that are attached still go by what is steered. */
    @Override
    public synchronized void close() {
        if (steered != null) {
            steered.close();
            steered = null;
        }
    }
}
