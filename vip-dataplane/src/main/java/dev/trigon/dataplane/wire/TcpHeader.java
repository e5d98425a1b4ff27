package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * RFC 9293, section 3.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |                        Sequence number                        |
 * +---------------------------------------------------------------+
 * |                    Acknowledgment number                      |
 * +-------+-------+---------------+-------------------------------+
 * | D.off.| Rsrvd |     Flags     |            Window             |
 * +-------+-------+---------------+-------------------------------+
 * |           Checksum            |        Urgent pointer         |
 * +-------------------------------+-------------------------------+
 * </pre>
 */
public final class TcpHeader {
    static final int SOURCE_PORT_OFFSET = 0;
    static final int DESTINATION_PORT_OFFSET = SOURCE_PORT_OFFSET + Short.BYTES;
    static final int SEQUENCE_OFFSET = DESTINATION_PORT_OFFSET + Short.BYTES;
    static final int ACKNOWLEDGMENT_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    static final int DATA_OFFSET_OFFSET = ACKNOWLEDGMENT_OFFSET + Integer.BYTES;
    static final int FLAGS_OFFSET = DATA_OFFSET_OFFSET + Byte.BYTES;
    static final int WINDOW_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = WINDOW_OFFSET + Short.BYTES;
    static final int URGENT_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    public static final int MIN_LENGTH = URGENT_OFFSET + Short.BYTES;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int ACK = 0x10;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public TcpHeader wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
        return this;
    }

    public int sourcePort() {
        return Short.toUnsignedInt(buffer.getShort(at + SOURCE_PORT_OFFSET));
    }

    public void sourcePort(int port) {
        buffer.putShort(at + SOURCE_PORT_OFFSET, (short) port);
    }

    public int destinationPort() {
        return Short.toUnsignedInt(buffer.getShort(at + DESTINATION_PORT_OFFSET));
    }

    public void destinationPort(int port) {
        buffer.putShort(at + DESTINATION_PORT_OFFSET, (short) port);
    }

    public int sequence() {
        return buffer.getInt(at + SEQUENCE_OFFSET);
    }

    public void sequence(int number) {
        buffer.putInt(at + SEQUENCE_OFFSET, number);
    }

    public int acknowledgment() {
        return buffer.getInt(at + ACKNOWLEDGMENT_OFFSET);
    }

    public void acknowledgment(int number) {
        buffer.putInt(at + ACKNOWLEDGMENT_OFFSET, number);
    }

    public void window(int octets) {
        buffer.putShort(at + WINDOW_OFFSET, (short) octets);
    }

    public void urgent(int pointer) {
        buffer.putShort(at + URGENT_OFFSET, (short) pointer);
    }

    public void checksum(int sum) {
        buffer.putShort(at + CHECKSUM_OFFSET, (short) sum);
    }

    /** Over the header alone: the segment has no payload. */
    public void computeChecksum(int pseudoHeader) {
        checksum(0);
        checksum(InternetChecksum.of(buffer, at, MIN_LENGTH, pseudoHeader));
    }

    /** Octets of header, options included: the data offset times four. */
    public int headerLength() {
        return (Byte.toUnsignedInt(buffer.get(at + DATA_OFFSET_OFFSET)) >>> 4) * Integer.BYTES;
    }

    public void headerLength(int octets) {
        buffer.put(at + DATA_OFFSET_OFFSET, (byte) ((octets / Integer.BYTES) << 4));
    }

    public int flags() {
        return Byte.toUnsignedInt(buffer.get(at + FLAGS_OFFSET));
    }

    public void flags(int flags) {
        buffer.put(at + FLAGS_OFFSET, (byte) flags);
    }
}
