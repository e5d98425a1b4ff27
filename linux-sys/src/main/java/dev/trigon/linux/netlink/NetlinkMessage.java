package dev.trigon.linux.netlink;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One message as it was received; linux/netlink.h, in the machine's byte order:
 *
 * <pre>
 * struct nlmsghdr {
 *     __u32 nlmsg_len;    // octets, this header included
 *     __u16 nlmsg_type;
 *     __u16 nlmsg_flags;
 *     __u32 nlmsg_seq;
 *     __u32 nlmsg_pid;
 * };
 *  0                   1                   2                   3
 * +---------------------------------------------------------------+
 * |                           nlmsg_len                           |
 * +-------------------------------+-------------------------------+
 * |          nlmsg_type           |          nlmsg_flags          |
 * +-------------------------------+-------------------------------+
 * |                           nlmsg_seq                           |
 * +---------------------------------------------------------------+
 * |                           nlmsg_pid                           |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * @param payload what follows the header, in the machine's byte order; it is the receive buffer's, so it is valid only until
 *     the next receive
 */
record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {
    static final int LENGTH_OFFSET = 0;
    static final int TYPE_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    static final int FLAGS_OFFSET = TYPE_OFFSET + Short.BYTES;
    static final int SEQUENCE_OFFSET = FLAGS_OFFSET + Short.BYTES;
    static final int PORT_ID_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    static final int HEADER_LENGTH = PORT_ID_OFFSET + Integer.BYTES;

    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;

    static final int NLM_F_REQUEST = 0x001;
    static final int NLM_F_ACK = 0x004;
    static final int NLM_F_DUMP_INTR = 0x010;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    /** Of an NLMSG_ERROR: the request it answers is echoed without its payload. */
    static final int NLM_F_CAPPED = 0x100;
    /** Of an NLMSG_ERROR: attributes with an explanation follow. */
    static final int NLM_F_ACK_TLVS = 0x200;

    /** Messages and attributes start at multiples of four octets. */
    static int align(int length) {
        return length + 3 & ~3;
    }

    /**
     * Hands over each message of a datagram, in order.
     *
     * @throws MalformedMessageException where a length is impossible; the messages before it have been handed over
     */
    static void forEach(ByteBuffer datagram, Consumer<NetlinkMessage> sink) {
        int offset = datagram.position();
        int end = datagram.limit();
        while (offset < end) {
            if (end - offset < HEADER_LENGTH) {
                throw new MalformedMessageException(end - offset + " octets where a netlink header should be");
            }
            int length = datagram.getInt(offset + LENGTH_OFFSET);
            if (length < HEADER_LENGTH || length > end - offset) {
                throw new MalformedMessageException(
                        "netlink message of " + length + " octets with " + (end - offset) + " left");
            }
            sink.accept(new NetlinkMessage(
                    Short.toUnsignedInt(datagram.getShort(offset + TYPE_OFFSET)),
                    Short.toUnsignedInt(datagram.getShort(offset + FLAGS_OFFSET)),
                    datagram.getInt(offset + SEQUENCE_OFFSET),
                    datagram.slice(offset + HEADER_LENGTH, length - HEADER_LENGTH)
                            .order(datagram.order())));
            // the last message's padding may be left out
            offset = Math.min(end, offset + align(length));
        }
    }

    /** Fails unless the payload has at least these octets. */
    void require(int octets) {
        if (payload.limit() < octets) {
            throw new MalformedMessageException(
                    "message type " + type + " with " + payload.limit() + " octets, " + octets + " needed");
        }
    }
}
