package dev.trigon.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes one request: the netlink header, the fixed header of its family, then attributes. */
final class MessageBuilder {
    private final ByteBuffer buffer;

    /** @param buffer in the machine's byte order, large enough for any request here */
    MessageBuilder(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    MessageBuilder start(int type, int flags, int sequence) {
        buffer.clear();
        buffer.putInt(0); // nlmsg_len: known at the end
        buffer.putShort((short) type);
        buffer.putShort((short) flags);
        buffer.putInt(sequence);
        buffer.putInt(0); // nlmsg_pid: 0 is the kernel
        return this;
    }

    MessageBuilder u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    MessageBuilder u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    MessageBuilder u32(int value) {
        buffer.putInt(value);
        return this;
    }

    /** An attribute as {@link Attributes} describes it, padded to four octets. */
    MessageBuilder attribute(int type, byte[] value) {
        int length = Attributes.HEADER_LENGTH + value.length;
        buffer.putShort((short) length);
        buffer.putShort((short) type);
        buffer.put(value);
        for (int i = length; i < NetlinkMessage.align(length); i++) {
            buffer.put((byte) 0);
        }
        return this;
    }

    MessageBuilder attribute(int type, int value) {
        byte[] octets = new byte[Integer.BYTES];
        ByteBuffer.wrap(octets).order(buffer.order()).putInt(value);
        return attribute(type, octets);
    }

    /** A string with its terminating zero. */
    MessageBuilder attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** The finished message: from 0 to the limit. */
    ByteBuffer finish() {
        buffer.putInt(NetlinkMessage.LENGTH_OFFSET, buffer.position());
        return buffer.flip();
    }
}
