package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.wire.ArpPacket;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Tells the segment where a VIP is, with gratuitous ARP (RFC 5227, section 2.3: a request whose sender and target are
 * the same address), as soon as packets for it would be taken care of. Thrice, since a broadcast can be lost.
 */
final class Announcer {
    private static final long[] AFTER_MS = {0, 1_000, 3_000};
    private static final int FRAME_LENGTH = EthernetHeader.LENGTH + ArpPacket.LENGTH;

    private final PacketPort port;
    private final long ownMac;
    private final int ifIndex;
    private final Batch batch;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();

    private int[] vips = {};
    private long sinceMs;
    private int round = AFTER_MS.length;
    private int next;
    private long sent;

    Announcer(PacketPort port, long ownMac, int ifIndex, int batchCapacity) {
        this.port = port;
        this.ownMac = ownMac;
        this.ifIndex = ifIndex;
        this.batch = new Batch(batchCapacity, 64);
    }

    /** Announces these from now on, and finishes what was begun for others, as far as they are still served. */
    void announce(int[] newVips, ServiceTable served, long nowMs) {
        int[] unfinished = round < AFTER_MS.length ? vips : new int[0];
        // a VIP that was taken away may be another gateway's by now
        vips = IntStream.concat(
                        Arrays.stream(unfinished).filter(vip -> served.isVip(0, IpAddress.mapped(vip))),
                        Arrays.stream(newVips))
                .toArray();
        next = 0;
        if (newVips.length > 0) {
            sinceMs = nowMs;
            round = 0;
        }
    }

    /** Sends what is due, a batch at most, so that no packet waits long behind it. */
    void tick(long nowMs) {
        if (round == AFTER_MS.length || nowMs - sinceMs < AFTER_MS[round]) {
            return;
        }
        batch.clear();
        while (next < vips.length && !batch.isFull()) {
            write(vips[next++]);
        }
        port.transmit(batch);
        for (int frame = 0; frame < batch.count(); frame++) {
            sent += batch.errno(frame) == 0 ? 1 : 0;
        }
        if (next == vips.length) {
            next = 0;
            round++;
        }
    }

    private void write(int vip) {
        int frame = batch.add(FRAME_LENGTH, false);
        int at = batch.at(frame);
        ethernet.wrap(batch.frames(), at);
        ethernet.destination(EthernetHeader.BROADCAST);
        ethernet.source(ownMac);
        ethernet.etherType(EthernetHeader.TYPE_ARP);
        arp.wrap(batch.frames(), at + EthernetHeader.LENGTH);
        arp.ethernetIpv4();
        arp.operation(ArpPacket.REQUEST);
        arp.senderMac(ownMac);
        arp.senderIp(vip);
        arp.targetMac(0);
        arp.targetIp(vip);
        batch.send(frame, ifIndex);
    }

    long sent() {
        return sent;
    }
}
