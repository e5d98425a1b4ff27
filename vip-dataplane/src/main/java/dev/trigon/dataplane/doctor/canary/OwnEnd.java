package dev.trigon.dataplane.doctor.canary;

import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.packet.FrameReceiver;
import dev.trigon.linux.packet.FrameReceiver.Wanted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where canaries come from: an address of the gateway's own, and a TCP port of it that no connection has while this is open. It
 * hears by copies of frames, before the kernel's own opinion of them: neither rp_filter nor an address that the VIP shares with the
 * gateway is in the way. The kernel's own answer to a SYN-ACK, an RST, goes to the VIP, where the guard ends it.
 */
final class OwnEnd implements AutoCloseable {
    /** Of the IP headers: RFC 791, section 3.1; RFC 8200, section 3. */
    private static final int IPV4_PROTOCOL_OFFSET = 9;

    private static final int IPV4_DESTINATION_OFFSET = 16;
    private static final int IPV6_NEXT_HEADER_OFFSET = 6;
    private static final int IPV6_DESTINATION_OFFSET = 24;
    /** Of TCP's: RFC 9293, section 3.1. */
    private static final int DESTINATION_PORT_OFFSET = 2;

    private final InetAddress address;
    private final boolean v6;
    private final Socket reserved = new Socket();
    private final List<FrameReceiver> receivers = new ArrayList<>();
    private final Packet packet = new Packet();

    private OwnEnd(InetAddress address) {
        this.address = address;
        this.v6 = address instanceof Inet6Address;
    }

    static OwnEnd open(InetAddress address, List<Link> at) {
        OwnEnd end = new OwnEnd(address);
        try {
            end.reserved.bind(new InetSocketAddress(address, 0));
            at.forEach(end::listen);
            return end;
        } catch (IOException e) {
            end.close();
            throw new UncheckedIOException("a port of " + address.getHostAddress(), e);
        } catch (RuntimeException e) {
            end.close();
            throw e;
        }
    }

    private void listen(Link link) {
        int icmp = v6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP;
        listen(link, wanted(icmp));
        List<Wanted> tcp = wanted(Ipv4Header.PROTOCOL_TCP);
        int ipHeader = v6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
        int portAt = EthernetHeader.LENGTH + ipHeader + DESTINATION_PORT_OFFSET;
        tcp.add(new Wanted(portAt, port() >>> Byte.SIZE));
        tcp.add(new Wanted(portAt + 1, port() & 0xFF));
        listen(link, tcp);
    }

    private void listen(Link link, List<Wanted> wanted) {
        int type = v6 ? EthernetHeader.TYPE_IPV6 : EthernetHeader.TYPE_IPV4;
        receivers.add(FrameReceiver.open(link.index(), type, wanted.toArray(Wanted[]::new)));
    }

    private List<Wanted> wanted(int protocol) {
        List<Wanted> wanted = new ArrayList<>();
        wanted.add(new Wanted(EthernetHeader.LENGTH + (v6 ? IPV6_NEXT_HEADER_OFFSET : IPV4_PROTOCOL_OFFSET), protocol));
        int at = EthernetHeader.LENGTH + (v6 ? IPV6_DESTINATION_OFFSET : IPV4_DESTINATION_OFFSET);
        for (byte octet : address.getAddress()) {
            wanted.add(new Wanted(at++, Byte.toUnsignedInt(octet)));
        }
        return wanted;
    }

    int port() {
        return reserved.getLocalPort();
    }

    /** Hands on what has come since the last time. */
    void hear(Consumer<Heard> to) {
        for (FrameReceiver receiver : receivers) {
            for (int octets = receiver.receive(); octets > 0; octets = receiver.receive()) {
                if (packet.parse(receiver.frame(), 0, octets) == Flaw.NONE) {
                    Heard.in(packet).ifPresent(to);
                }
            }
        }
    }

    @Override
    public void close() {
        receivers.forEach(FrameReceiver::close);
        try {
            reserved.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
