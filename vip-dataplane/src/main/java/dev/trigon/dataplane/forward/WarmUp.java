package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.TcpHeader;
import dev.trigon.dataplane.wire.UdpHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Runs the packet path until the JVM has compiled it, before the first VIP is announced: an interpreted path is slow
 * enough to lose packets. The packets are made up, as are the services, the flows and their table; nothing leaves here.
 */
public final class WarmUp {
    private static final long MAC = 0x0200_0000_0001L;
    private static final long GATEWAY_MAC = 0x0200_0000_0002L;
    /** Addresses for documentation, RFC 5737. */
    private static final int VIP = 0xC000_0201;

    private static final int CLIENTS = 0xC633_6400;
    private static final int PORT = 80;
    private static final int FRAME_LENGTH = 64;
    private static final int FLOWS = 512;
    private static final int IF_INDEX = 1;

    private final Batch batch = new Batch(Worker.BATCH, FRAME_LENGTH);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private int made;

    private WarmUp() {}

    /**
     * Warms up.
     *
     * @param budgetNs to stop after, done or not
     * @return packets that went through
     */
    public static int run(long budgetNs) {
        try (FlowTable table = FlowTable.inMemory(4 * FLOWS)) {
            return new WarmUp().drive(table, System.nanoTime() + budgetNs);
        } catch (IOException e) {
            throw new UncheckedIOException("a table in memory has no file to fail on", e);
        }
    }

    private int drive(FlowTable flows, long untilNs) {
        ServiceTable services = services();
        FlowCache cache = new FlowCache(flows, FLOWS, FlowTimeouts.DEFAULT);
        Arm arm = new Arm(0, "warm-up", IF_INDEX, GATEWAY_MAC, FRAME_LENGTH);
        Counters counters = new Counters();
        Forwarder forwarder = new Forwarder(arm, cache, counters, Worker.BATCH);
        long nowMs = 0;
        while (System.nanoTime() < untilNs) {
            batch.clear();
            while (!batch.isFull()) {
                write();
            }
            counters.received(batch.count());
            forwarder.decide(batch, services, nowMs);
            forwarder.settle(batch);
            cache.writeBehind(nowMs, Worker.BATCH);
            counters.show();
            nowMs++;
        }
        return made;
    }

    private static ServiceTable services() {
        NextHopSlot slot = new NextHopSlot();
        slot.set(new NextHop(IF_INDEX, GATEWAY_MAC, MAC, 1500, true));
        return ServiceTable.compile(
                List.of(
                        service("a", Protocol.TCP, ForwardMode.L2DSR, SchedulerKind.WRR, VIP, 1),
                        service("b", Protocol.UDP, ForwardMode.L2DSR, SchedulerKind.MAGLEV, VIP, 2),
                        service("c", Protocol.TCP, ForwardMode.L3DSR, SchedulerKind.MAGLEV, VIP + 1, 3),
                        service("d", Protocol.UDP, ForwardMode.L3DSR, SchedulerKind.WRR, VIP + 1, 4)),
                null,
                address -> slot,
                1,
                Set.of());
    }

    private static InetAddress address(int ipv4) {
        return IpAddress.toInetAddress(0, IpAddress.mapped(ipv4));
    }

    private static ServiceSpec service(
            String name, Protocol protocol, ForwardMode mode, SchedulerKind scheduler, int vip, int id) {
        BackendSpec backend = new BackendSpec(id, name, address(VIP + 16 + id), 1);
        int dscp = mode == ForwardMode.L3DSR ? 3 : 0;
        PortRange port = new PortRange(PORT, PORT);
        return new ServiceSpec(name, address(vip), protocol, List.of(port), mode, dscp, scheduler, List.of(backend));
    }

    /** One more packet: of the flows in turn, TCP and UDP, to either VIP, now and then one that opens or ends a flow. */
    private void write() {
        int number = made++;
        boolean isTcp = (number & 1) == 0;
        int transportLength = isTcp ? TcpHeader.MIN_LENGTH : UdpHeader.LENGTH;
        int ipLength = Ipv4Header.MIN_LENGTH + transportLength;
        int at = batch.at(batch.add(EthernetHeader.LENGTH + ipLength, false));
        ethernet.wrap(batch.frames(), at);
        ethernet.destination(GATEWAY_MAC);
        ethernet.source(MAC);
        ethernet.etherType(EthernetHeader.TYPE_IPV4);
        ipv4.wrap(batch.frames(), at + EthernetHeader.LENGTH);
        ipv4.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ipv4.totalLength(ipLength);
        ipv4.fragment(0);
        ipv4.ttl(64);
        ipv4.protocol(isTcp ? Ipv4Header.PROTOCOL_TCP : Ipv4Header.PROTOCOL_UDP);
        ipv4.checksum(number);
        ipv4.source(CLIENTS + number % 256);
        ipv4.destination(VIP + (number >>> 1) % 2);
        writeTransport(at + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH, isTcp, number);
    }

    private void writeTransport(int at, boolean isTcp, int number) {
        if (isTcp) {
            tcp.wrap(batch.frames(), at);
            tcp.sourcePort(1024 + number % FLOWS);
            tcp.destinationPort(PORT);
            tcp.headerLength(TcpHeader.MIN_LENGTH);
            tcp.flags(flags(number >>> 1));
        } else {
            udp.wrap(batch.frames(), at);
            udp.sourcePort(1024 + number % FLOWS);
            udp.destinationPort(PORT);
            udp.length(UdpHeader.LENGTH);
        }
    }

    private static int flags(int number) {
        return switch (number / FLOWS % 16) {
            case 0 -> TcpHeader.SYN;
            case 15 -> TcpHeader.FIN | TcpHeader.ACK;
            default -> TcpHeader.ACK;
        };
    }
}
