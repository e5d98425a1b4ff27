package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.balance.LeastConnections;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.TcpHeader;
import dev.trigon.dataplane.wire.UdpHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Runs the packet path until the JVM has compiled it, before the first VIP is announced: an interpreted path is slow
 * enough to lose packets. The packets are made up, as are the services, the flows and their table; nothing leaves here.
 */
public final class WarmUp {
    private static final long MAC = 0x0200_0000_0001L;
    private static final long GATEWAY_MAC = 0x0200_0000_0002L;
    /** Addresses for documentation: RFC 5737, RFC 3849. */
    private static final int VIP = 0xC000_0201;

    private static final int CLIENTS = 0xC633_6400;
    private static final long NETWORK6 = 0x2001_0DB8L << Integer.SIZE;
    private static final long VIP6 = 0x201;
    private static final long CLIENTS6 = 0x1_0000;

    private static final int PORT = 80;
    private static final int FRAME_LENGTH = 128;
    private static final int MTU = 1_500;
    private static final int FLOWS = 512;
    /** Flows that are never met again, one packet in four: what is compiled for known flows alone is thrown away when new ones come. */
    private static final int FRESH = 4;

    private static final int FRESH_PORTS = 60_000;
    private static final int TABLE = 16_384;
    /** So much time passes between two batches that flows are written behind, and that idle ones go. */
    private static final long TICK_MS = 100;

    /** One packet in so many has its sender's checksum offload still to come, and as many come without a checksum. */
    private static final int ODD_SUMS = 16;

    private static final int IF_INDEX = 1;
    private static final int SERVERS = 3;
    /** Of one service: more than are all looked at. */
    private static final int MANY_SERVERS = LeastConnections.SCANNED + 1;

    private static final int IDS = 1_000;
    private static final int SERVERS_OFFSET = 16;

    private final Batch batch = new Batch(Worker.BATCH, FRAME_LENGTH);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
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
        try (FlowTable table = FlowTable.inMemory(TABLE);
                FlowTable clients = FlowTable.inMemory(4 * FLOWS)) {
            return new WarmUp().drive(table, clients, System.nanoTime() + budgetNs);
        } catch (IOException e) {
            throw new UncheckedIOException("a table in memory has no file to fail on", e);
        }
    }

    private int drive(FlowTable flows, FlowTable clients, long untilNs) {
        ServiceTable services = services(flows);
        FlowCache cache = new FlowCache(flows, FLOWS, FlowTimeouts.DEFAULT);
        Memory memory =
                new Memory(cache, new Handshakes(FLOWS), new Affinities(clients), new RateLimit(Integer.MAX_VALUE));
        Arm arm = new Arm(0, "warm-up", IF_INDEX, GATEWAY_MAC, MTU, FRAME_LENGTH, new ArmAddresses());
        Counters counters = new Counters();
        Forwarder forwarder = new Forwarder(arm, memory, counters, Worker.BATCH, AnswerPolicy.DEFAULT);
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
            boolean isHalfFull = flows.size() > TABLE / 2;
            flows.expireNext(isHalfFull ? Integer.MAX_VALUE : nowMs, id -> FlowTimeouts.DEFAULT);
            nowMs += TICK_MS;
        }
        return made;
    }

    /** Every scheduler has one: the call that chooses is compiled for all of them, and not again when the first packet meets another. */
    private static ServiceTable services(FlowTable flows) {
        NextHopSlot slot = new NextHopSlot();
        slot.set(new NextHop(IF_INDEX, GATEWAY_MAC, MAC, MTU, true));
        List<ServiceSpec> services = new ArrayList<>();
        SchedulerKind[] kinds = SchedulerKind.values();
        for (int vip = 0; vip < 2; vip++) {
            ForwardMode mode = vip == 0 ? ForwardMode.L2DSR : ForwardMode.L3DSR;
            for (InetAddress address : List.of(v4(VIP + vip), v6(VIP6 + vip))) {
                for (Protocol protocol : Protocol.values()) {
                    SchedulerKind scheduler = kinds[services.size() % kinds.length];
                    services.add(service(services.size() + 1, address, protocol, mode, scheduler));
                }
            }
        }
        return ServiceTable.compile(
                new Configured(services, List.of()),
                null,
                new Surroundings(
                        address -> slot,
                        1,
                        Set.of(),
                        FlowTimeouts.DEFAULT,
                        backend -> Condition.WELL,
                        flows::activeFlowsOf));
    }

    private static ServiceSpec service(
            int id, InetAddress vip, Protocol protocol, ForwardMode mode, SchedulerKind scheduler) {
        List<BackendSpec> backends = new ArrayList<>();
        int servers = scheduler == SchedulerKind.WLC ? MANY_SERVERS : SERVERS;
        for (int i = SERVERS_OFFSET; i < SERVERS_OFFSET + servers; i++) {
            InetAddress server = vip instanceof Inet4Address ? v4(VIP + i) : v6(VIP6 + i);
            backends.add(new BackendSpec(id * IDS + i, "server" + i, server, 1, BackendState.UP, false));
        }
        int dscp = mode == ForwardMode.L3DSR ? 3 : 0;
        PortRange port = new PortRange(PORT, PORT);
        return new ServiceSpec(
                "s" + id,
                vip,
                protocol,
                List.of(port),
                mode,
                dscp,
                scheduler,
                FlowPolicy.DEFAULT,
                Availability.DEFAULT,
                null,
                backends);
    }

    private static InetAddress v4(int address) {
        return IpAddress.toInetAddress(0, IpAddress.mapped(address));
    }

    private static InetAddress v6(long low) {
        return IpAddress.toInetAddress(NETWORK6, low);
    }

    /** One more packet: of the flows in turn, of both families and protocols, to each VIP, now and then one that opens or ends one. */
    private void write() {
        int number = made++;
        boolean isTcp = (number & 1) == 0;
        boolean isIpv6 = (number & 2) == 0;
        int vip = number >>> 2 & 1;
        int headerLength = isIpv6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
        int transportLength = isTcp ? TcpHeader.MIN_LENGTH : UdpHeader.LENGTH;
        int at = batch.at(batch.add(EthernetHeader.LENGTH + headerLength + transportLength, false));
        ethernet.wrap(batch.frames(), at);
        ethernet.destination(GATEWAY_MAC);
        ethernet.source(MAC);
        ethernet.etherType(isIpv6 ? EthernetHeader.TYPE_IPV6 : EthernetHeader.TYPE_IPV4);
        int protocol = isTcp ? Ipv4Header.PROTOCOL_TCP : Ipv4Header.PROTOCOL_UDP;
        int pseudoHeader = isIpv6
                ? writeIpv6(at + EthernetHeader.LENGTH, protocol, transportLength, vip, number)
                : writeIpv4(at + EthernetHeader.LENGTH, protocol, transportLength, vip, number);
        writeTransport(at + EthernetHeader.LENGTH + headerLength, isTcp, number, sum(pseudoHeader, number >>> 3));
    }

    /** Answers the pseudo-header's sum. */
    private int writeIpv4(int at, int protocol, int payload, int vip, int number) {
        ipv4.wrap(batch.frames(), at);
        ipv4.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ipv4.totalLength(Ipv4Header.MIN_LENGTH + payload);
        ipv4.fragment(0);
        ipv4.ttl(64);
        ipv4.protocol(protocol);
        ipv4.checksum(number);
        ipv4.source(CLIENTS + number % 256);
        ipv4.destination(VIP + vip);
        return InternetChecksum.pseudoHeader(ipv4.source(), ipv4.destination(), protocol, payload);
    }

    /** Answers the pseudo-header's sum. */
    private int writeIpv6(int at, int protocol, int payload, int vip, int number) {
        ipv6.wrap(batch.frames(), at);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(payload);
        ipv6.nextHeader(protocol);
        ipv6.hopLimit(64);
        ipv6.source(NETWORK6, CLIENTS6 + number % 256);
        ipv6.destination(NETWORK6, VIP6 + vip);
        return InternetChecksum.pseudoHeader(
                NETWORK6, CLIENTS6 + number % 256, NETWORK6, VIP6 + vip, protocol, payload);
    }

    /** Right it need not be: a sum is carried on as it came. */
    private static int sum(int pseudoHeader, int number) {
        return switch (number % ODD_SUMS) {
            case 0 -> pseudoHeader;
            case 1 -> UdpHeader.NO_CHECKSUM;
            default -> ~pseudoHeader & 0xFFFF;
        };
    }

    private void writeTransport(int at, boolean isTcp, int number, int checksum) {
        boolean isFresh = (number >>> 3) % FRESH == 0;
        int sourcePort = 1024 + (isFresh ? (number >>> 3) / FRESH % FRESH_PORTS : number % FLOWS);
        if (isTcp) {
            tcp.wrap(batch.frames(), at);
            tcp.sourcePort(sourcePort);
            tcp.destinationPort(PORT);
            tcp.headerLength(TcpHeader.MIN_LENGTH);
            tcp.flags(flags(number >>> 3));
            tcp.checksum(checksum);
        } else {
            udp.wrap(batch.frames(), at);
            udp.sourcePort(sourcePort);
            udp.destinationPort(PORT);
            udp.length(UdpHeader.LENGTH);
            udp.checksum(checksum);
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
