package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.forward.Delivery;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.packet.FrameSender;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Brings single packets to backends: rewritten as the forwarder does, and straight onto the wire. A packet without a next hop is
 * dropped, for the kernel is being asked for it already ({@link dev.trigon.dataplane.nexthop.NextHops}), and who checks tries again.
 *
 * <p>One thread owns one.
 */
public final class Courier implements AutoCloseable {
    private static final int VERSION_SHIFT = 4;
    private static final int VERSION_6 = 6;

    private final FrameSender sender = FrameSender.open(1);
    private final int[] errno = new int[1];
    private final NativeMemory frame;
    private final ByteBuffer octets;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Packet packet = new Packet();
    private int frameOctets;

    /** @param longest IP packet */
    public Courier(int longest) {
        frame = NativeMemory.allocate(EthernetHeader.LENGTH + longest);
        octets = frame.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        ethernet.wrap(octets, 0);
    }

    /** Where the next IP packet is to be written. */
    long address() {
        return frame.address() + EthernetHeader.LENGTH;
    }

    /** The same, as an offset in {@link #octets}. */
    public int packetAt() {
        return EthernetHeader.LENGTH;
    }

    public ByteBuffer octets() {
        return octets;
    }

    int capacity() {
        return octets.capacity() - EthernetHeader.LENGTH;
    }

    /** Takes what was written there, if it is a whole packet of a transport that is known here. */
    public @Nullable Packet take(int ipOctets) {
        boolean v6 = octets.get(EthernetHeader.LENGTH) >>> VERSION_SHIFT == VERSION_6;
        ethernet.etherType(v6 ? EthernetHeader.TYPE_IPV6 : EthernetHeader.TYPE_IPV4);
        frameOctets = EthernetHeader.LENGTH + ipOctets;
        boolean sound = packet.parse(octets, 0, frameOctets) == Flaw.NONE && !packet.isFragment();
        return sound ? packet : null;
    }

    /** Sends what was taken, which is for the VIP, as a client's packet. */
    public Passage deliver(@Nullable Backend backend) {
        return send(backend, true);
    }

    /** Sends what was taken, which is for the backend's own address, as it is. */
    public Passage hand(@Nullable Backend backend) {
        return send(backend, false);
    }

    private Passage send(@Nullable Backend backend, boolean forVip) {
        if (backend == null) {
            return Passage.NO_BACKEND;
        }
        NextHop hop = backend.nextHop();
        if (hop == null) {
            return Passage.NO_NEXT_HOP;
        }
        if (forVip && !Delivery.reaches(backend, hop)) {
            return Passage.NOT_ON_SEGMENT;
        }
        if (packet.ipLength() > hop.mtu()) {
            return Passage.TOO_LARGE;
        }
        if (forVip) {
            Delivery.address(packet, backend);
        }
        Delivery.hand(packet, hop);
        sender.queue(frame.address(), frameOctets, hop.ifIndex());
        return sender.flush(errno) == 1 ? Passage.DELIVERED : Passage.REFUSED;
    }

    @Override
    public void close() {
        sender.close();
    }
}
