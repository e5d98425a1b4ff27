package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * RFC 768.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |            Length             |           Checksum            |
 * +-------------------------------+-------------------------------+
 * </pre>
 */
public final class UdpHeader {
    static final int SOURCE_PORT_OFFSET = 0;
    static final int DESTINATION_PORT_OFFSET = SOURCE_PORT_OFFSET + Short.BYTES;
    static final int LENGTH_OFFSET = DESTINATION_PORT_OFFSET + Short.BYTES;
    static final int CHECKSUM_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int LENGTH = CHECKSUM_OFFSET + Short.BYTES;

    /** A transmitted 0 means that the sender made no checksum. */
    public static final int NO_CHECKSUM = 0;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public UdpHeader wrap(ByteBuffer frames, int offset) {
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

    /** Octets of header and payload. */
    public int length() {
        return Short.toUnsignedInt(buffer.getShort(at + LENGTH_OFFSET));
    }

    public void length(int octets) {
        buffer.putShort(at + LENGTH_OFFSET, (short) octets);
    }

    public void checksum(int sum) {
        buffer.putShort(at + CHECKSUM_OFFSET, (short) sum);
    }

    /** Over header and payload, on top of the pseudo-header's sum; a sum of 0 is written as all ones, since 0 means none. */
    public void computeChecksum(int pseudoHeader) {
        checksum(NO_CHECKSUM);
        int sum = InternetChecksum.of(buffer, at, length(), pseudoHeader);
        checksum(sum == NO_CHECKSUM ? 0xFFFF : sum);
    }
}
