package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * RFC 8200, section 3; the traffic class as RFC 2474 (DSCP) and RFC 3168 (ECN) divide it. Addresses are 128 bits in two
 * words, see {@link IpAddress}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-----------+---+---------------------------------------+
 * |Version|   DSCP    |ECN|              Flow label               |
 * +-------+-----------+---+-------+---------------+---------------+
 * |        Payload length         |  Next header  |   Hop limit   |
 * +-------------------------------+---------------+---------------+
 * |                                                               |
 * +                        Source address                         +
 * |                          (16 octets)                          |
 * +---------------------------------------------------------------+
 * |                                                               |
 * +                      Destination address                      +
 * |                          (16 octets)                          |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv6Header {
    private static final int ADDRESS_LENGTH = 2 * Long.BYTES;
    static final int FIRST_WORD_OFFSET = 0;
    static final int PAYLOAD_LENGTH_OFFSET = FIRST_WORD_OFFSET + Integer.BYTES;
    static final int NEXT_HEADER_OFFSET = PAYLOAD_LENGTH_OFFSET + Short.BYTES;
    static final int HOP_LIMIT_OFFSET = NEXT_HEADER_OFFSET + Byte.BYTES;
    static final int SOURCE_OFFSET = HOP_LIMIT_OFFSET + Byte.BYTES;
    static final int DESTINATION_OFFSET = SOURCE_OFFSET + ADDRESS_LENGTH;
    public static final int LENGTH = DESTINATION_OFFSET + ADDRESS_LENGTH;

    public static final int PROTOCOL_ICMPV6 = 58;

    /** ff02::1, every node of a segment: RFC 4291, section 2.7.1. */
    public static final long ALL_NODES_HIGH = 0xFF02L << 48;

    public static final long ALL_NODES_LOW = 1;

    private static final int VERSION_SHIFT = 28;
    private static final int TRAFFIC_CLASS_SHIFT = 20;
    private static final int TRAFFIC_CLASS_MASK = 0xFF;
    private static final int DSCP_SHIFT = 22;
    private static final int DSCP_MASK = 0x3F;
    private static final int ECN_SHIFT = 20;
    private static final int ECN_MASK = 0x03;
    private static final int FLOW_LABEL_MASK = 0xF_FFFF;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public Ipv6Header wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
        return this;
    }

    private int firstWord() {
        return buffer.getInt(at + FIRST_WORD_OFFSET);
    }

    public int version() {
        return firstWord() >>> VERSION_SHIFT;
    }

    /** Version 6, traffic class and flow label, which share the first word. */
    public void versionClassAndLabel(int trafficClass, int flowLabel) {
        buffer.putInt(at + FIRST_WORD_OFFSET, 6 << VERSION_SHIFT | trafficClass << TRAFFIC_CLASS_SHIFT | flowLabel);
    }

    /** DSCP and ECN together. */
    public int trafficClass() {
        return firstWord() >>> TRAFFIC_CLASS_SHIFT & TRAFFIC_CLASS_MASK;
    }

    public int dscp() {
        return firstWord() >>> DSCP_SHIFT & DSCP_MASK;
    }

    /** Sets the six DSCP bits and leaves ECN and the flow label as they are. */
    public void dscp(int code) {
        buffer.putInt(at + FIRST_WORD_OFFSET, (firstWord() & ~(DSCP_MASK << DSCP_SHIFT)) | code << DSCP_SHIFT);
    }

    public int ecn() {
        return firstWord() >>> ECN_SHIFT & ECN_MASK;
    }

    public int flowLabel() {
        return firstWord() & FLOW_LABEL_MASK;
    }

    /** Octets behind this header, extension headers included. */
    public int payloadLength() {
        return Short.toUnsignedInt(buffer.getShort(at + PAYLOAD_LENGTH_OFFSET));
    }

    public void payloadLength(int octets) {
        buffer.putShort(at + PAYLOAD_LENGTH_OFFSET, (short) octets);
    }

    /** What follows at once: an extension header or the upper layer. */
    public int nextHeader() {
        return Byte.toUnsignedInt(buffer.get(at + NEXT_HEADER_OFFSET));
    }

    public void nextHeader(int number) {
        buffer.put(at + NEXT_HEADER_OFFSET, (byte) number);
    }

    public int hopLimit() {
        return Byte.toUnsignedInt(buffer.get(at + HOP_LIMIT_OFFSET));
    }

    public void hopLimit(int hops) {
        buffer.put(at + HOP_LIMIT_OFFSET, (byte) hops);
    }

    public long sourceHigh() {
        return buffer.getLong(at + SOURCE_OFFSET);
    }

    public long sourceLow() {
        return buffer.getLong(at + SOURCE_OFFSET + Long.BYTES);
    }

    public void source(long high, long low) {
        buffer.putLong(at + SOURCE_OFFSET, high);
        buffer.putLong(at + SOURCE_OFFSET + Long.BYTES, low);
    }

    public long destinationHigh() {
        return buffer.getLong(at + DESTINATION_OFFSET);
    }

    public long destinationLow() {
        return buffer.getLong(at + DESTINATION_OFFSET + Long.BYTES);
    }

    public void destination(long high, long low) {
        buffer.putLong(at + DESTINATION_OFFSET, high);
        buffer.putLong(at + DESTINATION_OFFSET + Long.BYTES, low);
    }

    /**
     * Whether the addresses can be on a wire: RFC 4291, sections 2.5.2, 2.5.3, 2.5.5.2 and 2.7. Only who has no address yet
     * speaks from "::", and then to a group: to ask whether an address is free, or who the routers are.
     */
    boolean hasSoundAddresses() {
        long toHigh = destinationHigh();
        long toLow = destinationLow();
        if (toHigh == 0 && IpAddress.isIpv4(toHigh, toLow)) {
            return false;
        }
        long fromHigh = sourceHigh();
        long fromLow = sourceLow();
        if (fromHigh != 0) {
            return !IpAddress.isMulticast(fromHigh, fromLow);
        }
        boolean unspecified = fromLow == 0;
        boolean loopback = fromLow == 1;
        return !IpAddress.isIpv4(fromHigh, fromLow)
                && !loopback
                && !(unspecified && !IpAddress.isMulticast(toHigh, toLow));
    }

    /** Redirects the packet as an l3dsr gateway does: new destination, DSCP code, one hop less to live. */
    public void redirect(long newHigh, long newLow, int dscpCode) {
        dscp(dscpCode);
        hopLimit(hopLimit() - 1);
        destination(newHigh, newLow);
    }
}
