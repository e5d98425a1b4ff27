package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.fuzz.Input;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.TestFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One frame of an input, and what is put right in it before it arrives: few frames that were changed at random would get
 * past the first look otherwise.
 *
 * <p>Octets: what to put right, how often it comes, two of length, the frame.
 */
record FrameStep(byte[] octets, boolean isCut, boolean isTogether, int copies) {
    static final int TO_US = 0x01;
    static final int TO_VIP = 0x02;
    private static final int WHICH_VIP_SHIFT = 2;
    static final int SUMS = 0x10;
    static final int TOGETHER = 0x20;
    static final int GROW = 0x40;
    static final int GROW_MOST = 0xC0;
    private static final int GROW_SHIFT = 6;

    static final int AGAIN = 0x40;
    private static final int COPIES = 0x3F;
    private static final int CUT = 0x80;

    /** In whole units of fragments. */
    private static final int[] GROWTH = {0, 600, 1_352, 1_704};

    private static final int LONGEST = 2_000;

    static byte[] step(int flags, int count, byte[] frame) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(flags);
        out.write(count);
        out.write(frame.length >>> 8);
        out.write(frame.length);
        out.writeBytes(frame);
        return out.toByteArray();
    }

    /** What follows on the step's first octet. */
    static FrameStep read(Input input) {
        int flags = input.octet();
        int count = input.octet();
        byte[] frame = input.take(input.word() % LONGEST);
        int copies = (count & AGAIN) == 0 ? 1 : 1 + (count & COPIES);
        boolean cut = (count & CUT) != 0;
        return new FrameStep(putRight(frame, flags), cut, (flags & TOGETHER) != 0, copies);
    }

    private static byte[] putRight(byte[] octets, int flags) {
        byte[] frame = octets;
        if (frame.length < TestFrame.ETHERNET) {
            return frame;
        }
        if ((flags & TO_US) != 0) {
            ByteBuffer.wrap(frame)
                    .putShort(0, (short) (TestFrame.GATEWAY_MAC >>> 32))
                    .putInt(2, (int) TestFrame.GATEWAY_MAC);
        }
        int type = ByteBuffer.wrap(frame).getShort(12) & 0xFFFF;
        boolean v6 = type == 0x86DD;
        boolean ip = (v6 && frame.length >= 54) || (type == 0x0800 && frame.length >= 34);
        if (!ip) {
            return frame;
        }
        if ((flags & TO_VIP) != 0) {
            byte[] vip = ForwarderServices.vip(v6, flags >>> WHICH_VIP_SHIFT & 3);
            System.arraycopy(vip, 0, frame, v6 ? 38 : 30, vip.length);
        }
        frame = grow(frame, v6, GROWTH[flags >>> GROW_SHIFT & 3]);
        if ((flags & SUMS) != 0) {
            sum(frame);
        }
        return frame;
    }

    /** Makes the packet longer by so many octets of payload. */
    private static byte[] grow(byte[] frame, boolean v6, int octets) {
        int at = v6 ? 18 : 16;
        int length = ByteBuffer.wrap(frame).getShort(at) & 0xFFFF;
        int end = length + (v6 ? 54 : 14);
        if (octets == 0 || end > frame.length) {
            return frame;
        }
        byte[] longer = Arrays.copyOf(frame, end + octets);
        ByteBuffer.wrap(longer).putShort(at, (short) (length + octets));
        return longer;
    }

    private static void sum(byte[] frame) {
        if (new Packet().parse(ByteBuffer.wrap(frame), 0, frame.length) == Flaw.NONE) {
            ReferenceFrame reference = new ReferenceFrame(frame);
            if (reference.hasTransportHeader()) {
                reference.sum(false);
            }
            reference.sumIp();
        }
    }
}
