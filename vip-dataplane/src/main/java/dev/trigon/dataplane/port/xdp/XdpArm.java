package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.linux.xdp.Umem;
import dev.trigon.linux.xdp.XdpSocket;
import dev.trigon.linux.xdp.XdpSocket.Copying;
import dev.trigon.linux.xdp.XdpSocket.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * An interface taken in by AF_XDP: a program that steers, and a port for each of its queues. The best way that kernel and driver
 * are capable of is found by trying, best first.
 */
public final class XdpArm {
    /** What a driver's page has room for besides the headroom and the kernel's own notes (struct skb_shared_info). */
    private static final int MOST_IN_A_PAGE = 4_096 - Umem.HEADROOM - 320;

    private static final int EBUSY = 16;
    private static final long PATIENCE_NS = 500_000_000L;
    private static final long PAUSE_NS = 10_000_000L;

    private enum Way {
        ZERO_COPY(XdpLink.Mode.NATIVE, Copying.ZERO_COPY, "native mode with zero-copy"),
        NATIVE(XdpLink.Mode.NATIVE, Copying.COPY, "native mode, the kernel copies"),
        GENERIC(XdpLink.Mode.GENERIC, Copying.COPY, "generic mode");

        private final XdpLink.Mode mode;
        private final Copying copying;
        private final String words;

        Way(XdpLink.Mode mode, Copying copying, String words) {
            this.mode = mode;
            this.copying = copying;
            this.words = words;
        }
    }

    /** What to be content with where nothing better is possible. */
    public enum Worst {
        NATIVE(Way.NATIVE),
        GENERIC(Way.GENERIC);

        private final Way way;

        Worst(Way way) {
            this.way = way;
        }
    }

    /**
     * What there is to know of an interface.
     *
     * @param frameOctets the longest frame that its MTU allows
     * @param queues how many it receives by
     * @param sendQueues how many it sends by
     */
    public record Interface(String name, int ifIndex, long mac, int frameOctets, int queues, int sendQueues) {}

    /** @param how in words, with what a better way failed of */
    public record Opened(List<PacketPort> ports, String how) {}

    private final Interface of;
    private final int batchCapacity;
    private final SteeredVips vips;
    private final IntUnaryOperator sendQueues;
    /** One a queue, whichever way it takes. */
    private final List<Umem> umems;

    private XdpArm(Interface of, int batchCapacity, SteeredVips vips, IntUnaryOperator sendQueues) {
        this.of = of;
        this.batchCapacity = batchCapacity;
        this.vips = vips;
        this.sendQueues = sendQueues;
        this.umems = IntStream.range(0, of.queues)
                .mapToObj(queue ->
                        Umem.allocate(of.frameOctets, XdpPort.CHUNKS, XdpPort.octetsBesideChunks(batchCapacity)))
                .toList();
    }

    /**
     * The VIPs that all interfaces' programs steer; none yet.
     *
     * @throws PortException if the kernel will not have it
     */
    public static SteeredVips steered() throws PortException {
        try {
            return SteeredVips.create();
        } catch (LinuxException e) {
            throw Refusals.ofProgram(e, "the gateway");
        }
    }

    /**
     * Opens an interface, steered to nothing yet.
     *
     * @param vips what is steered, of all interfaces
     * @param sendQueues of another interface: how many it sends by; none where they are other ports'
     * @throws PortException if it cannot be by AF_XDP: what the last way failed of
     */
    public static Opened open(
            Interface of, Worst worst, int batchCapacity, SteeredVips vips, IntUnaryOperator sendQueues)
            throws PortException {
        XdpArm arm = new XdpArm(of, batchCapacity, vips, sendQueues);
        StringBuilder failures = new StringBuilder();
        for (Way way : Way.values()) {
            try {
                return new Opened(arm.open(way), way.words + failures);
            } catch (PortException e) {
                if (way == worst.way) {
                    throw e;
                }
                failures.append("; not in ").append(way.words).append(": ").append(e.why());
            }
        }
        throw new IllegalStateException("the worst way is among them");
    }

    private List<PacketPort> open(Way way) throws PortException {
        SharedProgram program = attach(way.mode);
        List<PacketPort> ports = new ArrayList<>();
        try {
            for (int queue = 0; queue < of.queues; queue++) {
                ports.add(port(way, queue, program));
            }
            return ports;
        } catch (PortException e) {
            ports.forEach(PacketPort::close);
            throw e;
        } finally {
            program.leave();
        }
    }

    private SharedProgram attach(XdpLink.Mode mode) throws PortException {
        boolean frags = of.frameOctets > MOST_IN_A_PAGE;
        int room = umems.get(0).roomOctets();
        try {
            return new SharedProgram(SteeringProgram.attach(of.ifIndex, of.mac, room, of.queues, frags, mode, vips));
        } catch (LinuxException e) {
            throw Refusals.ofProgram(e, of.name);
        }
    }

    private PacketPort port(Way way, int queue, SharedProgram program) throws PortException {
        try {
            Sizes sizes = new Sizes(XdpPort.RECEIVE, XdpPort.FILL, Egresses.SEND, Egresses.COMPLETION);
            XdpSocket socket = XdpSocket.open(umems.get(queue), sizes);
            try {
                bind(socket, queue, way.copying);
                return port(way, queue, program, socket);
            } catch (LinuxException | PortException e) {
                socket.close();
                throw e;
            }
        } catch (LinuxException e) {
            throw Refusals.ofSocket(e, of.name, queue);
        }
    }

    /** The kernel takes its time to give a queue back that a socket had which is closed: it may have been our own. */
    private void bind(XdpSocket socket, int queue, Copying copying) {
        long beganNs = System.nanoTime();
        while (true) {
            try {
                socket.bind(of.ifIndex, queue, copying);
                return;
            } catch (LinuxException e) {
                if (e.errno() != EBUSY || System.nanoTime() - beganNs > PATIENCE_NS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private PacketPort port(Way way, int queue, SharedProgram program, XdpSocket socket) throws PortException {
        Umem umem = umems.get(queue);
        Chunks chunks = new Chunks(XdpPort.CHUNKS, batchCapacity);
        Aside aside = queue == 0 ? Aside.open(of.name, umem.roomOctets()) : Aside.none();
        try {
            Egresses egresses = new Egresses(
                    socket,
                    of.ifIndex,
                    queue,
                    way.copying,
                    umem,
                    chunks,
                    batchCapacity,
                    ifIndex -> ifIndex == of.ifIndex ? of.sendQueues : sendQueues.applyAsInt(ifIndex));
            program.join(queue, socket.fd());
            try {
                return new XdpPort(socket, umem, chunks, egresses, vips, aside, batchCapacity, program::leave);
            } catch (LinuxException e) {
                program.leave();
                throw e;
            }
        } catch (LinuxException e) {
            aside.close();
            throw e;
        }
    }
}
