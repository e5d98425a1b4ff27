package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * Neighbour solicitation and advertisement, RFC 4861, sections 4.3 and 4.4, from the ICMPv6 type on, with the link-layer
 * address option of section 4.6.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+---------+---------------+-------------------------------+
 * |R|S|O|                      Reserved                           |  no flags in a solicitation
 * +-+-+-+---------------------------------------------------------+
 * |                                                               |
 * +                        Target address                         +
 * |                          (16 octets)                          |
 * +---------------+---------------+-------------------------------+
 * |  Option type  |  Units of 8   |       Link-layer address      |
 * +---------------+---------------+                               +
 * |                                                               |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class NeighborMessage {
    static final int TYPE_OFFSET = 0;
    static final int CODE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = CODE_OFFSET + Byte.BYTES;
    static final int FLAGS_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    static final int TARGET_OFFSET = FLAGS_OFFSET + Integer.BYTES;
    static final int OPTIONS_OFFSET = TARGET_OFFSET + 2 * Long.BYTES;
    /** Without options. */
    public static final int MIN_LENGTH = OPTIONS_OFFSET;

    private static final int OPTION_TYPE_OFFSET = 0;
    private static final int OPTION_LENGTH_OFFSET = OPTION_TYPE_OFFSET + Byte.BYTES;
    private static final int OPTION_ADDRESS_OFFSET = OPTION_LENGTH_OFFSET + Byte.BYTES;
    private static final int OPTION_UNIT = 8;
    /** With one option, an Ethernet address. */
    public static final int LENGTH = OPTIONS_OFFSET + OPTION_UNIT;

    public static final int SOLICITATION = 135;
    public static final int ADVERTISEMENT = 136;

    public static final int ROUTER = 0x8000_0000;
    public static final int SOLICITED = 0x4000_0000;
    public static final int OVERRIDE = 0x2000_0000;

    public static final int SOURCE_LINK_LAYER_ADDRESS = 1;
    public static final int TARGET_LINK_LAYER_ADDRESS = 2;

    /** Neighbour discovery's hop limit: no router lets such a packet through with it. */
    public static final int HOP_LIMIT = 255;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public NeighborMessage wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
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

    /** {@link #ROUTER}, {@link #SOLICITED}, {@link #OVERRIDE}. */
    public int flags() {
        return buffer.getInt(at + FLAGS_OFFSET);
    }

    public void flags(int flags) {
        buffer.putInt(at + FLAGS_OFFSET, flags);
    }

    public long targetHigh() {
        return buffer.getLong(at + TARGET_OFFSET);
    }

    public long targetLow() {
        return buffer.getLong(at + TARGET_OFFSET + Long.BYTES);
    }

    public void target(long high, long low) {
        buffer.putLong(at + TARGET_OFFSET, high);
        buffer.putLong(at + TARGET_OFFSET + Long.BYTES, low);
    }

    public int optionType() {
        return Byte.toUnsignedInt(buffer.get(at + OPTIONS_OFFSET + OPTION_TYPE_OFFSET));
    }

    public long optionMac() {
        return EthernetHeader.address(buffer, at + OPTIONS_OFFSET + OPTION_ADDRESS_OFFSET);
    }

    /** Writes the first option: an Ethernet address, as {@link #SOURCE_LINK_LAYER_ADDRESS} or the target's. */
    public void option(int type, long mac) {
        buffer.put(at + OPTIONS_OFFSET + OPTION_TYPE_OFFSET, (byte) type);
        buffer.put(at + OPTIONS_OFFSET + OPTION_LENGTH_OFFSET, (byte) 1);
        EthernetHeader.address(buffer, at + OPTIONS_OFFSET + OPTION_ADDRESS_OFFSET, mac);
    }

    /**
     * Writes an advertisement, all of its {@link #LENGTH} but for the checksum, for which the addresses of the packet
     * must be known.
     */
    public void advertise(int flags, long targetHigh, long targetLow, long mac) {
        type(ADVERTISEMENT);
        code(0);
        flags(flags);
        target(targetHigh, targetLow);
        option(TARGET_LINK_LAYER_ADDRESS, mac);
    }

    /** Computes the checksum of a message of {@link #LENGTH} octets as it stands and writes it. */
    public void computeChecksum(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                sourceHigh, sourceLow, destinationHigh, destinationLow, Ipv6Header.PROTOCOL_ICMPV6, LENGTH);
        checksum(0);
        checksum(InternetChecksum.of(buffer, at, LENGTH, pseudoHeader));
    }

    /**
     * Whether a message of so many octets is a solicitation that RFC 4861, section 7.1.1, does not have discarded, as far
     * as the message can tell: what the IP header and the checksum have to say is {@link Packet}'s.
     *
     * @param fromNowhere the packet's source is unspecified: somebody asks whether it may have the target for itself
     */
    boolean isSolicitation(int octets, boolean fromNowhere) {
        return octets >= MIN_LENGTH
                && type() == SOLICITATION
                && code() == 0
                && !IpAddress.isMulticast(targetHigh(), targetLow())
                // or it would be answered for a VIP of IPv4: nobody has such an address
                && !IpAddress.isIpv4(targetHigh(), targetLow())
                && areOptionsSound(octets, fromNowhere);
    }

    private boolean areOptionsSound(int octets, boolean fromNowhere) {
        int end = at + octets;
        int option = at + OPTIONS_OFFSET;
        while (option < end) {
            int left = end - option;
            if (left < OPTION_UNIT) {
                return false;
            }
            int length = Byte.toUnsignedInt(buffer.get(option + OPTION_LENGTH_OFFSET)) * OPTION_UNIT;
            boolean source = buffer.get(option + OPTION_TYPE_OFFSET) == SOURCE_LINK_LAYER_ADDRESS;
            if (length == 0 || length > left || (source && fromNowhere)) {
                return false;
            }
            option += length;
        }
        return true;
    }
}
