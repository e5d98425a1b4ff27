package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The RST that answers a segment of no connection, octet for octet, written from RFC 9293, section 3.10.7.1, and none of the
 * code under test.
 */
final class ExpectedReset {
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;
    private static final int HEADER = 20;

    private ExpectedReset() {}

    /** The frame that goes back; fails if none may. */
    static byte[] of(ReferenceFrame segment) {
        Expect.same(ReferenceFrame.TCP, segment.protocol, "the protocol of what an RST answers");
        Expect.that(!segment.isFragment(), "an RST for a fragment");
        Expect.that((segment.octet(segment.transportAt + 13) & RST) == 0, "an RST for an RST");
        int ipLength = segment.v6 ? 40 : HEADER;
        ByteBuffer out = ByteBuffer.allocate(segment.ipAt + ipLength + HEADER);
        ethernet(segment, out);
        ip(segment, out);
        tcp(segment, out);
        ReferenceFrame reset = new ReferenceFrame(out.array());
        reset.sumIp();
        reset.sum(false);
        return reset.octets;
    }

    private static void ethernet(ReferenceFrame segment, ByteBuffer out) {
        out.put(segment.octets, 6, 6);
        out.putShort((short) (TestFrame.GATEWAY_MAC >>> 32)).putInt((int) TestFrame.GATEWAY_MAC);
        out.put(segment.octets, 12, segment.ipAt - 12);
    }

    private static void ip(ReferenceFrame segment, ByteBuffer out) {
        byte[] addresses = Arrays.copyOfRange(
                segment.octets, segment.ipAt + (segment.v6 ? 8 : 12), segment.ipAt + (segment.v6 ? 40 : 20));
        int half = addresses.length / 2;
        if (segment.v6) {
            out.putInt(0x6000_0000).putShort((short) HEADER).put((byte) 6).put((byte) 64);
        } else {
            out.putInt(0x4500_0028)
                    .putInt(0x0000_4000)
                    .put((byte) 64)
                    .put((byte) 6)
                    .putShort((short) 0);
        }
        out.put(addresses, half, half).put(addresses, 0, half);
    }

    private static void tcp(ReferenceFrame segment, ByteBuffer out) {
        ByteBuffer header =
                ByteBuffer.wrap(segment.octets, segment.transportAt, HEADER).slice();
        int flags = header.get(13);
        out.putShort(header.getShort(2)).putShort(header.getShort(0));
        if ((flags & ACK) != 0) {
            out.putInt(header.getInt(8)).putInt(0).put((byte) 0x50).put((byte) RST);
        } else {
            int octets = segment.end - segment.transportAt - 4 * (header.get(12) >>> 4 & 0x0F);
            int marks = ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
            out.putInt(0)
                    .putInt(header.getInt(4) + octets + marks)
                    .put((byte) 0x50)
                    .put((byte) (RST | ACK));
        }
        out.putShort((short) 0).putInt(0);
    }
}
