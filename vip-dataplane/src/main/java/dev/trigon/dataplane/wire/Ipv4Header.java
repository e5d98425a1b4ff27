package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * RFC 791, section 3.1; the type of service as RFC 2474 (DSCP) and RFC 3168 (ECN) divide it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+-----------+---+-------------------------------+
 * |Version|  IHL  |   DSCP    |ECN|         Total length          |
 * +-------+-------+-----------+---+-----+-------------------------+
 * |        Identification         |Flags|     Fragment offset     |
 * +---------------+---------------+-----+-------------------------+
 * | Time to live  |   Protocol    |        Header checksum        |
 * +---------------+---------------+-------------------------------+
 * |                        Source address                         |
 * +---------------------------------------------------------------+
 * |                      Destination address                      |
 * +---------------------------------------------------------------+
 * |                    Options, if IHL exceeds 5                  |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header {
    static final int VERSION_OFFSET = 0;
    static final int TRAFFIC_CLASS_OFFSET = VERSION_OFFSET + Byte.BYTES;
    static final int TOTAL_LENGTH_OFFSET = TRAFFIC_CLASS_OFFSET + Byte.BYTES;
    static final int IDENTIFICATION_OFFSET = TOTAL_LENGTH_OFFSET + Short.BYTES;
    static final int FRAGMENT_OFFSET = IDENTIFICATION_OFFSET + Short.BYTES;
    static final int TTL_OFFSET = FRAGMENT_OFFSET + Short.BYTES;
    static final int PROTOCOL_OFFSET = TTL_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = PROTOCOL_OFFSET + Byte.BYTES;
    static final int SOURCE_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    static final int DESTINATION_OFFSET = SOURCE_OFFSET + Integer.BYTES;
    public static final int MIN_LENGTH = DESTINATION_OFFSET + Integer.BYTES;

    public static final int PROTOCOL_ICMP = 1;
    public static final int PROTOCOL_TCP = 6;
    public static final int PROTOCOL_UDP = 17;

    /** RFC 791: where fragments begin, and what each but the last is long, counts in units of eight octets. */
    static final int FRAGMENT_UNIT = 8;

    public static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int OFFSET_MASK = 0x1FFF;
    private static final int DSCP_SHIFT = 2;
    private static final int ECN_MASK = 0x03;
    /** In the word that the traffic class is the lower half of. */
    private static final int DSCP_MASK = 0xFC;
    /** In the word that the TTL is the upper half of. */
    private static final int ONE_HOP = 1 << Byte.SIZE;

    private static final int LOOPBACK_NETWORK = 127;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public Ipv4Header wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
        return this;
    }

    public int version() {
        return Byte.toUnsignedInt(buffer.get(at + VERSION_OFFSET)) >>> 4;
    }

    /** Octets of header, options included: IHL times four. */
    public int headerLength() {
        return (buffer.get(at + VERSION_OFFSET) & 0x0F) * Integer.BYTES;
    }

    /** Version and header length in octets, which share the first octet. */
    public void versionAndHeaderLength(int version, int octets) {
        buffer.put(at + VERSION_OFFSET, (byte) (version << 4 | octets / Integer.BYTES));
    }

    public int dscp() {
        return Byte.toUnsignedInt(buffer.get(at + TRAFFIC_CLASS_OFFSET)) >>> DSCP_SHIFT;
    }

    /** Sets the six DSCP bits and leaves the two of ECN as they are. */
    public void dscp(int code) {
        int ecn = buffer.get(at + TRAFFIC_CLASS_OFFSET) & ECN_MASK;
        buffer.put(at + TRAFFIC_CLASS_OFFSET, (byte) (code << DSCP_SHIFT | ecn));
    }

    /** DSCP and ECN at once. */
    public void trafficClass(int value) {
        buffer.put(at + TRAFFIC_CLASS_OFFSET, (byte) value);
    }

    public int totalLength() {
        return Short.toUnsignedInt(buffer.getShort(at + TOTAL_LENGTH_OFFSET));
    }

    public void totalLength(int octets) {
        buffer.putShort(at + TOTAL_LENGTH_OFFSET, (short) octets);
    }

    public int identification() {
        return Short.toUnsignedInt(buffer.getShort(at + IDENTIFICATION_OFFSET));
    }

    public void identification(int id) {
        buffer.putShort(at + IDENTIFICATION_OFFSET, (short) id);
    }

    public boolean isFragment() {
        return (buffer.getShort(at + FRAGMENT_OFFSET) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    public boolean dontFragment() {
        return (buffer.getShort(at + FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    }

    public boolean moreFragments() {
        return (buffer.getShort(at + FRAGMENT_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    /** In octets. */
    public int fragmentOffset() {
        return (buffer.getShort(at + FRAGMENT_OFFSET) & OFFSET_MASK) * FRAGMENT_UNIT;
    }

    /** The three flags and the offset in units, as they stand in the header. */
    public void fragment(int flagsAndOffset) {
        buffer.putShort(at + FRAGMENT_OFFSET, (short) flagsAndOffset);
    }

    public int ttl() {
        return Byte.toUnsignedInt(buffer.get(at + TTL_OFFSET));
    }

    public void ttl(int hops) {
        buffer.put(at + TTL_OFFSET, (byte) hops);
    }

    public int protocol() {
        return Byte.toUnsignedInt(buffer.get(at + PROTOCOL_OFFSET));
    }

    public void protocol(int number) {
        buffer.put(at + PROTOCOL_OFFSET, (byte) number);
    }

    public int checksum() {
        return Short.toUnsignedInt(buffer.getShort(at + CHECKSUM_OFFSET));
    }

    public void checksum(int sum) {
        buffer.putShort(at + CHECKSUM_OFFSET, (short) sum);
    }

    /** Computes the checksum of the header as it stands and writes it. */
    public void computeChecksum() {
        checksum(0);
        checksum(InternetChecksum.of(buffer, at, headerLength(), 0));
    }

    public int source() {
        return buffer.getInt(at + SOURCE_OFFSET);
    }

    /** Whether that is somebody. RFC 1122, section 3.2.1.3: no group, not all, not "this host"; and loopback takes no wire. */
    boolean hasSource() {
        int address = source();
        return !IpAddress.isMulticast(address) && address != 0 && address != -1 && address >>> 24 != LOOPBACK_NETWORK;
    }

    public void source(int address) {
        buffer.putInt(at + SOURCE_OFFSET, address);
    }

    public int destination() {
        return buffer.getInt(at + DESTINATION_OFFSET);
    }

    public void destination(int address) {
        buffer.putInt(at + DESTINATION_OFFSET, address);
    }

    /** The 16-bit word that holds version, IHL and traffic class: what changes when the DSCP does. */
    int firstWord() {
        return Short.toUnsignedInt(buffer.getShort(at + VERSION_OFFSET));
    }

    /** The 16-bit word that holds TTL and protocol: what changes when the TTL does. */
    int ttlWord() {
        return Short.toUnsignedInt(buffer.getShort(at + TTL_OFFSET));
    }

    /**
     * Redirects the packet as an l3dsr gateway does: new destination, DSCP code, one hop less to live. The header
     * checksum follows by RFC 1624, so that a sum that was wrong stays wrong.
     */
    public void redirect(int newDestination, int dscpCode) {
        int sum = checksum();
        // whole words, as the checksum has them: one that is read right after an octet of it was written is waited for
        int oldFirst = firstWord();
        int newFirst = (oldFirst & ~DSCP_MASK) | dscpCode << DSCP_SHIFT;
        sum = InternetChecksum.replace16(sum, oldFirst, newFirst);
        buffer.putShort(at + VERSION_OFFSET, (short) newFirst);
        int oldTtl = ttlWord();
        int newTtl = (oldTtl - ONE_HOP) & 0xFFFF;
        sum = InternetChecksum.replace16(sum, oldTtl, newTtl);
        buffer.putShort(at + TTL_OFFSET, (short) newTtl);
        sum = InternetChecksum.replace32(sum, destination(), newDestination);
        destination(newDestination);
        checksum(sum);
    }
}
