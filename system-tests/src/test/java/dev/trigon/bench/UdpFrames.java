package dev.trigon.bench;

import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.UdpHeader;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Link;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Frames of Ethernet's least length, IPv4 and UDP to one address and port, in memory that the kernel sends from. */
final class UdpFrames {
    static final int LENGTH = 60;
    static final int PAYLOAD_OFFSET = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + UdpHeader.LENGTH;
    private static final int CHECKSUM_OFFSET = PAYLOAD_OFFSET - Short.BYTES;
    private static final int STRIDE = 64;
    private static final int IP_LENGTH = LENGTH - EthernetHeader.LENGTH;
    private static final int UDP_LENGTH = IP_LENGTH - Ipv4Header.MIN_LENGTH;
    private static final int PORTS_PER_CLIENT = 50_000;
    private static final int FIRST_PORT = 10_000;
    private static final int CLIENTS = 0x0A40_0000; // 10.64.0.0: nobody in the lab has these addresses

    private final NativeMemory memory;
    private final ByteBuffer frames;
    private final int destination;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final UdpHeader udp = new UdpHeader();

    UdpFrames(int count, Link link, long destinationMac, InetAddress to, int port) {
        this.memory = NativeMemory.allocate(count * STRIDE);
        this.frames = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        this.destination = ByteBuffer.wrap(to.getAddress()).getInt();
        MacAddress mac = link.mac();
        for (int frame = 0; frame < count; frame++) {
            write(frame, mac == null ? 0 : mac.value(), destinationMac, port);
            flow(frame, frame);
        }
    }

    private void write(int frame, long sourceMac, long destinationMac, int port) {
        int at = at(frame);
        ethernet.wrap(frames, at);
        ethernet.destination(destinationMac);
        ethernet.source(sourceMac);
        ethernet.etherType(EthernetHeader.TYPE_IPV4);
        ip.wrap(frames, at + EthernetHeader.LENGTH);
        ip.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ip.totalLength(IP_LENGTH);
        ip.ttl(64);
        ip.protocol(Ipv4Header.PROTOCOL_UDP);
        ip.destination(destination);
        udp.wrap(frames, at + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH);
        udp.destinationPort(port);
        udp.length(UDP_LENGTH);
    }

    /** Makes the frame one of this flow: another client or another port, and the checksums that belong to it. */
    void flow(int frame, int flow) {
        int at = at(frame) + EthernetHeader.LENGTH;
        ip.wrap(frames, at);
        ip.source(CLIENTS + flow / PORTS_PER_CLIENT);
        ip.checksum(0);
        ip.checksum(InternetChecksum.of(frames, at, Ipv4Header.MIN_LENGTH, 0));
        int udpAt = at + Ipv4Header.MIN_LENGTH;
        udp.wrap(frames, udpAt);
        udp.sourcePort(FIRST_PORT + flow % PORTS_PER_CLIENT);
        checksum(frame, UdpHeader.NO_CHECKSUM);
        int pseudo = InternetChecksum.pseudoHeader(ip.source(), destination, Ipv4Header.PROTOCOL_UDP, UDP_LENGTH);
        checksum(frame, InternetChecksum.of(frames, udpAt, UDP_LENGTH, pseudo));
    }

    /** Writes a number into the payload. Such a frame has no checksum. */
    void number(int frame, int number) {
        checksum(frame, UdpHeader.NO_CHECKSUM);
        frames.putInt(at(frame) + PAYLOAD_OFFSET, number);
    }

    private void checksum(int frame, int value) {
        frames.putShort(at(frame) + CHECKSUM_OFFSET, (short) value);
    }

    long address(int frame) {
        return memory.address() + at(frame);
    }

    private static int at(int frame) {
        return frame * STRIDE;
    }
}
