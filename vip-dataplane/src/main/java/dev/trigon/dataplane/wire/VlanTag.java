package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * IEEE 802.1Q, clause 9.6, as it follows on the EtherType that announces it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-----+-+-----------------------+-------------------------------+
 * | PCP |D|    VLAN identifier    |     EtherType of the rest     |
 * +-----+-+-----------------------+-------------------------------+
 * </pre>
 */
final class VlanTag {
    private static final int CONTROL_OFFSET = 0;
    private static final int ETHER_TYPE_OFFSET = CONTROL_OFFSET + Short.BYTES;
    static final int LENGTH = ETHER_TYPE_OFFSET + Short.BYTES;

    /** A customer's and a provider's: IEEE 802.1ad puts the one inside the other, and nothing puts three. */
    static final int MOST = 2;

    private VlanTag() {}

    static boolean isAnnouncedBy(int etherType) {
        return etherType == EthernetHeader.TYPE_VLAN || etherType == EthernetHeader.TYPE_PROVIDER_VLAN;
    }

    /** The EtherType behind the tag that starts there. */
    static int etherType(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + ETHER_TYPE_OFFSET));
    }
}
