package dev.trigon.dataplane.port.raw;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.linux.packet.SegmentSender;
import java.nio.ByteBuffer;

/**
 * A TCP frame longer than its way allows, on its way out in several. The packet path has checked it; what is looked for here
 * is where its headers end, in either family, behind tags and extension headers.
 */
final class SuperPacket {
    private static final int TYPE_OFFSET = 12;
    private static final int TAG_LENGTH = 4;
    private static final int TYPE_8021Q = 0x8100;
    private static final int TYPE_8021AD = 0x88A8;
    private static final int TYPE_IPV6 = 0x86DD;

    private static final int IPV4_LENGTH_OFFSET = 2;
    private static final int IPV4_PROTOCOL_OFFSET = 9;
    private static final int IPV4_ADDRESSES_OFFSET = 12;
    private static final int IPV4_ADDRESSES_LENGTH = 8;
    private static final int IPV6_LENGTH_OFFSET = 4;
    private static final int IPV6_NEXT_HEADER_OFFSET = 6;
    private static final int IPV6_ADDRESSES_OFFSET = 8;
    private static final int IPV6_ADDRESSES_LENGTH = 32;
    private static final int IPV6_LENGTH = 40;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;

    private static final int TCP = 6;
    private static final int TCP_DATA_OFFSET_OFFSET = 12;
    private static final int TCP_FLAGS_OFFSET = 13;
    private static final int TCP_CHECKSUM_OFFSET = 16;
    private static final int TCP_MIN_LENGTH = 20;
    private static final int CWR = 0x80;

    private static final int EINVAL = 22;

    private ByteBuffer frames = ByteBuffer.allocate(0);
    private boolean ipv6;
    private int tcpAt;
    private int tcpOctets;
    private int addressesAt;

    /** @return 0, or the errno that it was refused with */
    int send(Batch batch, int frame, SegmentSender sender) {
        frames = batch.frames();
        int at = batch.at(frame);
        int end = at + batch.length(frame);
        if (!find(at, end)) {
            return EINVAL;
        }
        int addressesLength = ipv6 ? IPV6_ADDRESSES_LENGTH : IPV4_ADDRESSES_LENGTH;
        // the kernel completes each segment's sum from this: not complemented, as a sender with checksum offload leaves
        // it
        int sum = ~InternetChecksum.of(frames, addressesAt, addressesLength, TCP + tcpOctets);
        frames.putShort(tcpAt + TCP_CHECKSUM_OFFSET, (short) sum);
        int headerLength = (u8(tcpAt + TCP_DATA_OFFSET_OFFSET) >>> 4) * Integer.BYTES;
        boolean cwr = (u8(tcpAt + TCP_FLAGS_OFFSET) & CWR) != 0;
        sender.describe(ipv6, cwr, tcpAt - at, tcpAt + headerLength - at, batch.segment(frame));
        return sender.send(batch.address(frame), batch.length(frame), batch.egress(frame));
    }

    private boolean find(int at, int end) {
        int typeAt = at + TYPE_OFFSET;
        int type = u16(typeAt);
        while ((type == TYPE_8021Q || type == TYPE_8021AD) && typeAt + TAG_LENGTH < end) {
            typeAt += TAG_LENGTH;
            type = u16(typeAt);
        }
        int ipAt = typeAt + Short.BYTES;
        ipv6 = type == TYPE_IPV6;
        int protocol = ipv6 ? behindIpv6(ipAt, end) : behindIpv4(ipAt);
        return protocol == TCP && tcpOctets >= TCP_MIN_LENGTH && tcpAt + tcpOctets <= end;
    }

    private int behindIpv4(int ipAt) {
        int headerLength = (u8(ipAt) & 0xF) * Integer.BYTES;
        addressesAt = ipAt + IPV4_ADDRESSES_OFFSET;
        tcpAt = ipAt + headerLength;
        tcpOctets = u16(ipAt + IPV4_LENGTH_OFFSET) - headerLength;
        return u8(ipAt + IPV4_PROTOCOL_OFFSET);
    }

    private int behindIpv6(int ipAt, int end) {
        addressesAt = ipAt + IPV6_ADDRESSES_OFFSET;
        tcpAt = ipAt + IPV6_LENGTH;
        int next = u8(ipAt + IPV6_NEXT_HEADER_OFFSET);
        while ((next == HOP_BY_HOP || next == ROUTING || next == DESTINATION_OPTIONS) && tcpAt + Short.BYTES < end) {
            next = u8(tcpAt);
            // RFC 8200, section 4.3: in units of 8 octets, the first not counted
            tcpAt += (u8(tcpAt + 1) + 1) * Long.BYTES;
        }
        tcpOctets = ipAt + IPV6_LENGTH + u16(ipAt + IPV6_LENGTH_OFFSET) - tcpAt;
        return next;
    }

    private int u8(int at) {
        return Byte.toUnsignedInt(frames.get(at));
    }

    private int u16(int at) {
        return Short.toUnsignedInt(frames.getShort(at));
    }
}
