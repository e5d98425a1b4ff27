package dev.trigon.dataplane.port.xdp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;

/** What is steered, as one would say it, and without an eye on what it costs. */
final class SteeringRules {
    private static final long ALL = 0xFFFF_FFFF_FFFFL;

    private final long mac;
    private final int maxOctets;
    private final Collection<InetAddress> vips;

    SteeringRules(long mac, int maxOctets, Collection<InetAddress> vips) {
        this.mac = mac;
        this.maxOctets = maxOctets;
        this.vips = vips;
    }

    boolean steers(byte[] frame) {
        if (frame.length > maxOctets) {
            return false;
        }
        ByteBuffer octets = ByteBuffer.wrap(frame);
        long to = octets.getLong(0) >>> Short.SIZE;
        boolean group = to >>> Integer.SIZE == 0x3333;
        int typeAt = 12;
        for (int tags = 0; tags < 2 && isTag(octets, typeAt); tags++) {
            typeAt += 4;
        }
        int at = typeAt + 2;
        return switch (half(octets, typeAt)) {
            case 0x0800 -> to == mac && isVip(frame, at + 16, 4);
            case 0x0806 -> (to == mac || to == ALL) && half(octets, at + 6) == 1 && isVip(frame, at + 24, 4);
            case 0x86DD ->
                (to == mac && isVip(frame, at + 24, 16))
                        || ((to == mac || group) && isSolicitation(frame, at) && isVip(frame, at + 48, 16));
            default -> false;
        };
    }

    private static boolean isTag(ByteBuffer octets, int at) {
        int type = half(octets, at);
        return type == 0x8100 || type == 0x88A8;
    }

    /** 0 where there is none. */
    private static int half(ByteBuffer octets, int at) {
        return at + 2 <= octets.limit() ? Short.toUnsignedInt(octets.getShort(at)) : 0;
    }

    private static boolean isSolicitation(byte[] frame, int at) {
        return frame.length > at + 40 && frame[at + 6] == 58 && frame[at + 40] == (byte) 135;
    }

    private boolean isVip(byte[] frame, int at, int length) {
        if (at + length > frame.length) {
            return false;
        }
        byte[] address = Arrays.copyOfRange(frame, at, at + length);
        return vips.stream().anyMatch(vip -> Arrays.equals(vip.getAddress(), address));
    }
}
