package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * ICMP and ICMPv6: RFC 792, RFC 4443; the MTU in the former by RFC 1191, section 4.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     Type      |     Code      |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |          Identifier           |        Sequence number        |  echo
 * +-------------------------------+-------------------------------+
 * |            Unused             |              MTU              |  ICMP: fragmentation needed
 * +---------------+---------------+-------------------------------+
 * |    Pointer    |                    Unused                     |  ICMP: parameter problem
 * +---------------+-----------------------------------------------+
 * |                        MTU or pointer                         |  ICMPv6: packet too big, parameter problem
 * +---------------------------------------------------------------+
 * |    As much of the packet that an error is about as fits       |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class IcmpHeader {
    static final int TYPE_OFFSET = 0;
    static final int CODE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = CODE_OFFSET + Byte.BYTES;
    static final int REST_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    public static final int LENGTH = REST_OFFSET + Integer.BYTES;

    static final int IDENTIFIER_OFFSET = REST_OFFSET;
    static final int SEQUENCE_OFFSET = IDENTIFIER_OFFSET + Short.BYTES;
    static final int MTU_OFFSET = REST_OFFSET + Short.BYTES;

    public static final int ECHO_REPLY = 0;
    public static final int DESTINATION_UNREACHABLE = 3;
    public static final int ECHO_REQUEST = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;
    /** The code of {@link #DESTINATION_UNREACHABLE} that names an MTU. */
    public static final int FRAGMENTATION_NEEDED = 4;

    public static final int V6_DESTINATION_UNREACHABLE = 1;
    public static final int V6_PACKET_TOO_BIG = 2;
    public static final int V6_TIME_EXCEEDED = 3;
    public static final int V6_PARAMETER_PROBLEM = 4;
    public static final int V6_ECHO_REQUEST = 128;
    public static final int V6_ECHO_REPLY = 129;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;
    private boolean v6;

    public IcmpHeader wrap(ByteBuffer frames, int offset, boolean isIcmpv6) {
        buffer = frames;
        at = offset;
        v6 = isIcmpv6;
        return this;
    }

    public int type() {
        return Byte.toUnsignedInt(buffer.get(at + TYPE_OFFSET));
    }

    public void type(int type) {
        buffer.put(at + TYPE_OFFSET, (byte) type);
    }

    public int code() {
        return Byte.toUnsignedInt(buffer.get(at + CODE_OFFSET));
    }

    public void code(int code) {
        buffer.put(at + CODE_OFFSET, (byte) code);
    }

    public int checksum() {
        return Short.toUnsignedInt(buffer.getShort(at + CHECKSUM_OFFSET));
    }

    public void checksum(int sum) {
        buffer.putShort(at + CHECKSUM_OFFSET, (short) sum);
    }

    public int identifier() {
        return Short.toUnsignedInt(buffer.getShort(at + IDENTIFIER_OFFSET));
    }

    public void identifier(int id) {
        buffer.putShort(at + IDENTIFIER_OFFSET, (short) id);
    }

    public int sequence() {
        return Short.toUnsignedInt(buffer.getShort(at + SEQUENCE_OFFSET));
    }

    public void sequence(int number) {
        buffer.putShort(at + SEQUENCE_OFFSET, (short) number);
    }

    /** What an error says about the largest packet that fits, in octets; 0 from a router older than RFC 1191. */
    public int mtu() {
        // no link carries 2 GiB
        return v6
                ? buffer.getInt(at + REST_OFFSET) & Integer.MAX_VALUE
                : Short.toUnsignedInt(buffer.getShort(at + MTU_OFFSET));
    }

    /** Writes the MTU and zeros to what is unused beside it. */
    public void mtu(int octets) {
        buffer.putInt(at + REST_OFFSET, octets);
    }

    /** The octet of the embedded packet that a parameter problem is about. */
    public int pointer() {
        return v6
                ? buffer.getInt(at + REST_OFFSET) & Integer.MAX_VALUE
                : Byte.toUnsignedInt(buffer.get(at + REST_OFFSET));
    }

    /** Writes the pointer and zeros to what is unused beside it. */
    public void pointer(int octet) {
        buffer.putInt(at + REST_OFFSET, v6 ? octet : octet << 24);
    }

    /** Zeros where other messages have an MTU, a pointer or an identifier. */
    public void unused() {
        buffer.putInt(at + REST_OFFSET, 0);
    }

    public boolean isEchoRequest() {
        return type() == (v6 ? V6_ECHO_REQUEST : ECHO_REQUEST) && code() == 0;
    }

    public boolean isEchoReply() {
        return type() == (v6 ? V6_ECHO_REPLY : ECHO_REPLY) && code() == 0;
    }

    /**
     * Whether it reports on a packet of whoever it was sent to, which it then embeds. A redirect embeds one too, and
     * tells a host where to send instead of what went wrong; a source quench is to be ignored: RFC 6633.
     */
    public boolean isError() {
        int type = type();
        return v6
                ? type >= V6_DESTINATION_UNREACHABLE && type <= V6_PARAMETER_PROBLEM
                : type == DESTINATION_UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
    }

    /** Whether it says that a packet did not fit, and {@link #mtu} what would. */
    public boolean isTooBig() {
        return v6 ? type() == V6_PACKET_TOO_BIG : type() == DESTINATION_UNREACHABLE && code() == FRAGMENTATION_NEEDED;
    }

    /**
     * Whether the checksum is right.
     *
     * @param octets of the whole message
     * @param pseudoHeader of ICMPv6; 0 for ICMP, which has none
     */
    public boolean verify(int octets, int pseudoHeader) {
        return InternetChecksum.verify(buffer, at, octets, pseudoHeader);
    }

    /** Computes the checksum of the message as it stands and writes it. Parameters as in {@link #verify}. */
    public void computeChecksum(int octets, int pseudoHeader) {
        checksum(0);
        checksum(InternetChecksum.of(buffer, at, octets, pseudoHeader));
    }
}
