package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * ARP for IPv4 over Ethernet, RFC 826.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |         Hardware type         |         Protocol type         |
 * +---------------+---------------+-------------------------------+
 * |  Hw. length   | Proto. length |           Operation           |
 * +---------------+---------------+-------------------------------+
 * |                  Sender hardware address                      |
 * +                               +-------------------------------+
 * |                               |    Sender protocol address    |
 * +-------------------------------+-------------------------------+
 * |   (sender protocol address)   |                               |
 * +-------------------------------+                               +
 * |                  Target hardware address                      |
 * +---------------------------------------------------------------+
 * |                  Target protocol address                      |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class ArpPacket {
    private static final int HARDWARE_TYPE_OFFSET = 0;
    private static final int PROTOCOL_TYPE_OFFSET = HARDWARE_TYPE_OFFSET + Short.BYTES;
    private static final int HARDWARE_LENGTH_OFFSET = PROTOCOL_TYPE_OFFSET + Short.BYTES;
    private static final int PROTOCOL_LENGTH_OFFSET = HARDWARE_LENGTH_OFFSET + Byte.BYTES;
    private static final int OPERATION_OFFSET = PROTOCOL_LENGTH_OFFSET + Byte.BYTES;
    private static final int SENDER_MAC_OFFSET = OPERATION_OFFSET + Short.BYTES;
    private static final int SENDER_IP_OFFSET = SENDER_MAC_OFFSET + 6;
    private static final int TARGET_MAC_OFFSET = SENDER_IP_OFFSET + Integer.BYTES;
    private static final int TARGET_IP_OFFSET = TARGET_MAC_OFFSET + 6;
    public static final int LENGTH = TARGET_IP_OFFSET + Integer.BYTES;

    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    /** Hardware type 1, protocol type 0x0800, lengths 6 and 4: the first eight octets but for the operation. */
    private static final int ETHERNET_IPV4_TYPES = 0x0001_0800;

    private static final int ETHERNET_IPV4_LENGTHS = 0x0604;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public ArpPacket wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
        return this;
    }

    public boolean isEthernetIpv4() {
        return buffer.getInt(at + HARDWARE_TYPE_OFFSET) == ETHERNET_IPV4_TYPES
                && Short.toUnsignedInt(buffer.getShort(at + HARDWARE_LENGTH_OFFSET)) == ETHERNET_IPV4_LENGTHS;
    }

    /** Writes the fixed fields of ARP for IPv4 over Ethernet. */
    public void ethernetIpv4() {
        buffer.putInt(at + HARDWARE_TYPE_OFFSET, ETHERNET_IPV4_TYPES);
        buffer.putShort(at + HARDWARE_LENGTH_OFFSET, (short) ETHERNET_IPV4_LENGTHS);
    }

    public int operation() {
        return Short.toUnsignedInt(buffer.getShort(at + OPERATION_OFFSET));
    }

    public void operation(int operation) {
        buffer.putShort(at + OPERATION_OFFSET, (short) operation);
    }

    public long senderMac() {
        return EthernetHeader.address(buffer, at + SENDER_MAC_OFFSET);
    }

    public void senderMac(long mac) {
        EthernetHeader.address(buffer, at + SENDER_MAC_OFFSET, mac);
    }

    public int senderIp() {
        return buffer.getInt(at + SENDER_IP_OFFSET);
    }

    public void senderIp(int address) {
        buffer.putInt(at + SENDER_IP_OFFSET, address);
    }

    public long targetMac() {
        return EthernetHeader.address(buffer, at + TARGET_MAC_OFFSET);
    }

    public void targetMac(long mac) {
        EthernetHeader.address(buffer, at + TARGET_MAC_OFFSET, mac);
    }

    public int targetIp() {
        return buffer.getInt(at + TARGET_IP_OFFSET);
    }

    public void targetIp(int address) {
        buffer.putInt(at + TARGET_IP_OFFSET, address);
    }
}
