package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import java.nio.ByteBuffer;

/**
 * Looks over a whole batch before its packets are decided one by one, and has the flow cache bring near what is known of their
 * flows. So memory is waited for once a batch, and not once a packet.
 *
 * <p>It decides nothing and checks nothing but that the octets are there. It takes every packet for one with ports behind a
 * plain header; where that is wrong, what is brought near is of no use.
 */
final class Foresight {
    private static final int PORTS_LENGTH = 2 * Short.BYTES;
    private static final int IPV4_PORTS_OFFSET = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
    private static final int IPV6_PORTS_OFFSET = EthernetHeader.LENGTH + Ipv6Header.LENGTH;

    private final FlowCache flows;
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final FlowKey key = new FlowKey();
    private final long[] ipv4Hashes;
    private final long[] ipv6Hashes;
    private int ipv4Count;
    private int ipv6Count;

    Foresight(FlowCache flows, int batchCapacity) {
        this.flows = flows;
        this.ipv4Hashes = new long[batchCapacity];
        this.ipv6Hashes = new long[batchCapacity];
    }

    void look(Batch batch) {
        ipv4Count = 0;
        ipv6Count = 0;
        for (int frame = 0; frame < batch.count(); frame++) {
            note(batch.frames(), batch.at(frame), batch.length(frame));
        }
        // apart from the above: the shorter the loop, the more of it is under way at once
        flows.foresee(ipv4Hashes, ipv4Count);
        flows.foreseeIpv6(ipv6Hashes, ipv6Count);
    }

    private void note(ByteBuffer frames, int at, int octets) {
        if (octets < IPV4_PORTS_OFFSET + PORTS_LENGTH) {
            return;
        }
        int etherType = Short.toUnsignedInt(frames.getShort(at + EthernetHeader.ETHER_TYPE_OFFSET));
        if (etherType == EthernetHeader.TYPE_IPV4) {
            ipv4Hashes[ipv4Count++] = ipv4Hash(frames, at);
        } else if (etherType == EthernetHeader.TYPE_IPV6 && octets >= IPV6_PORTS_OFFSET + PORTS_LENGTH) {
            ipv6Hashes[ipv6Count++] = ipv6Hash(frames, at);
        }
    }

    long ipv4Hash(ByteBuffer frames, int at) {
        ipv4.wrap(frames, at + EthernetHeader.LENGTH);
        long client = IpAddress.mapped(ipv4.source());
        long vip = IpAddress.mapped(ipv4.destination());
        int ports = frames.getInt(at + IPV4_PORTS_OFFSET);
        return key.set(0, client, 0, vip, ipv4.protocol(), ports >>> Short.SIZE, ports)
                .hash();
    }

    long ipv6Hash(ByteBuffer frames, int at) {
        ipv6.wrap(frames, at + EthernetHeader.LENGTH);
        int ports = frames.getInt(at + IPV6_PORTS_OFFSET);
        return key.set(
                        ipv6.sourceHigh(),
                        ipv6.sourceLow(),
                        ipv6.destinationHigh(),
                        ipv6.destinationLow(),
                        ipv6.nextHeader(),
                        ports >>> Short.SIZE,
                        ports)
                .hash();
    }
}
