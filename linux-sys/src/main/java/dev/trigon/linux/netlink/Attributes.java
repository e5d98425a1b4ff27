package dev.trigon.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes behind a message's fixed header; linux/rtnetlink.h, in the machine's byte order:
 *
 * <pre>
 * struct rtattr {
 *     unsigned short rta_len;    // octets, this header included, padding not
 *     unsigned short rta_type;   // the two highest bits are flags
 * };
 *  0                   1                   2                   3
 * +-------------------------------+-------------------------------+
 * |            rta_len            |F F        rta_type            |
 * +-------------------------------+-------------------------------+
 * |                  value, padded to four octets                 |
 * </pre>
 */
final class Attributes {
    static final int LENGTH_OFFSET = 0;
    static final int TYPE_OFFSET = LENGTH_OFFSET + Short.BYTES;
    static final int HEADER_LENGTH = TYPE_OFFSET + Short.BYTES;

    /** What is left without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
    private static final int TYPE_MASK = 0x3FFF;

    private final Map<Integer, ByteBuffer> values;

    private Attributes(Map<Integer, ByteBuffer> values) {
        this.values = values;
    }

    /** @throws MalformedMessageException where a length is impossible */
    static Attributes parse(ByteBuffer payload, int from) {
        Map<Integer, ByteBuffer> values = new HashMap<>();
        int offset = NetlinkMessage.align(from);
        int end = payload.limit();
        while (end - offset >= HEADER_LENGTH) {
            int length = Short.toUnsignedInt(payload.getShort(offset + LENGTH_OFFSET));
            if (length < HEADER_LENGTH || length > end - offset) {
                throw new MalformedMessageException(
                        "netlink attribute of " + length + " octets with " + (end - offset) + " left");
            }
            int type = payload.getShort(offset + TYPE_OFFSET) & TYPE_MASK;
            values.put(
                    type,
                    payload.slice(offset + HEADER_LENGTH, length - HEADER_LENGTH)
                            .order(payload.order()));
            offset = Math.min(end, offset + NetlinkMessage.align(length));
        }
        return new Attributes(values);
    }

    byte @Nullable [] octets(int type) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return null;
        }
        byte[] octets = new byte[value.limit()];
        value.get(0, octets);
        return octets;
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    int u32(int type, int absent) {
        ByteBuffer value = values.get(type);
        return value == null ? absent : require(type, value, Integer.BYTES).getInt(0);
    }

    /** A member of an attribute that is a struct. */
    int s32At(int type, int offset, int absent) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return absent;
        }
        if (value.limit() < offset + Integer.BYTES) {
            throw new MalformedMessageException("attribute " + type + " with " + value.limit() + " octets");
        }
        return value.getInt(offset);
    }

    int u16(int type, int absent) {
        ByteBuffer value = values.get(type);
        return value == null
                ? absent
                : Short.toUnsignedInt(require(type, value, Short.BYTES).getShort(0));
    }

    private static ByteBuffer require(int type, ByteBuffer value, int octets) {
        if (value.limit() != octets) {
            throw new MalformedMessageException(
                    "attribute " + type + " with " + value.limit() + " octets, " + octets + " expected");
        }
        return value;
    }

    /** The attributes within an attribute; none where it is absent. */
    Attributes nested(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? new Attributes(Map.of()) : parse(value, 0);
    }

    @Nullable
    String string(int type) {
        byte[] octets = octets(type);
        if (octets == null) {
            return null;
        }
        int length = octets.length;
        while (length > 0 && octets[length - 1] == 0) {
            length--;
        }
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }

    @Nullable
    InetAddress address(int type) {
        byte[] octets = octets(type);
        return octets == null ? null : addressOf(octets);
    }

    static InetAddress addressOf(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new MalformedMessageException("address of " + octets.length + " octets");
        }
    }
}
