package dev.trigon.bench;

import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.UdpHeader;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.packet.FrameSender;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends 60-octet UDP frames to one address as fast as it can, of so many flows in turn, for so long. */
final class Generator {
    private static final int FRAME_LENGTH = 60;
    private static final int FRAME_STRIDE = 64;
    private static final int BATCH = 64;
    private static final int PORT = 9000;
    private static final int PORTS_PER_CLIENT = 50_000;
    private static final int FIRST_PORT = 10_000;
    private static final int CLIENTS = 0xC633_6400; // 198.51.100.0, RFC 5737
    private static final int IP_LENGTH = FRAME_LENGTH - EthernetHeader.LENGTH;

    private Generator() {}

    /** Arguments: interface, destination MAC, destination address as a hex int, flows, milliseconds. */
    public static void main(String[] args) {
        Link link;
        try (Rtnetlink kernel = Rtnetlink.open()) {
            link = kernel.link(args[0]).orElseThrow();
        }
        long destinationMac = MacAddress.parse(args[1]).value();
        int destination = Integer.parseUnsignedInt(args[2], 16);
        int flows = Integer.parseInt(args[3]);
        long untilNs = System.nanoTime() + Long.parseLong(args[4]) * 1_000_000;

        NativeMemory memory = NativeMemory.allocate(flows * FRAME_STRIDE);
        ByteBuffer frames = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        MacAddress sourceMac = link.mac();
        for (int flow = 0; flow < flows; flow++) {
            write(frames, flow, sourceMac == null ? 0 : sourceMac.value(), destinationMac, destination);
        }
        long sent = 0;
        int[] errnos = new int[BATCH];
        try (FrameSender sender = FrameSender.open(BATCH)) {
            int flow = 0;
            while (System.nanoTime() < untilNs) {
                while (!sender.isFull()) {
                    sender.queue(memory.address() + (long) flow * FRAME_STRIDE, FRAME_LENGTH, link.index());
                    flow = flow + 1 == flows ? 0 : flow + 1;
                }
                sent += sender.flush(errnos);
            }
        }
        System.out.println(sent);
    }

    private static void write(ByteBuffer frames, int flow, long sourceMac, long destinationMac, int destination) {
        int at = flow * FRAME_STRIDE;
        EthernetHeader ethernet = new EthernetHeader().wrap(frames, at);
        ethernet.destination(destinationMac);
        ethernet.source(sourceMac);
        ethernet.etherType(EthernetHeader.TYPE_IPV4);
        Ipv4Header ip = new Ipv4Header().wrap(frames, at + EthernetHeader.LENGTH);
        ip.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ip.totalLength(IP_LENGTH);
        ip.ttl(64);
        ip.protocol(Ipv4Header.PROTOCOL_UDP);
        ip.source(CLIENTS + flow / PORTS_PER_CLIENT);
        ip.destination(destination);
        ip.checksum(0);
        ip.checksum(InternetChecksum.of(frames, at + EthernetHeader.LENGTH, Ipv4Header.MIN_LENGTH, 0));
        int udpAt = at + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        UdpHeader udp = new UdpHeader().wrap(frames, udpAt);
        udp.sourcePort(FIRST_PORT + flow % PORTS_PER_CLIENT);
        udp.destinationPort(PORT);
        int udpLength = IP_LENGTH - Ipv4Header.MIN_LENGTH;
        udp.length(udpLength);
        int pseudo = InternetChecksum.pseudoHeader(ip.source(), destination, Ipv4Header.PROTOCOL_UDP, udpLength);
        int checksum = InternetChecksum.of(frames, udpAt, udpLength, pseudo);
        frames.putShort(udpAt + UdpHeader.LENGTH - Short.BYTES, (short) checksum);
    }
}
