package dev.trigon.dataplane.wire;

import java.util.Arrays;

/** An IPv6 extension header as tests write it: its number, and its octets but for the next header's number. */
public record Extension(int number, byte[] octets) {
    public static final int HOP_BY_HOP = 0;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int DESTINATION_OPTIONS = 60;

    /** Of a multiple of eight octets, filled with one option that nobody knows and all may skip. */
    public static Extension options(int number, int octets) {
        byte[] header = new byte[octets];
        Arrays.fill(header, (byte) 0xFF);
        header[1] = (byte) (octets / 8 - 1);
        header[2] = 0x1E; // RFC 4727, for experiments
        header[3] = (byte) (octets - 4);
        return new Extension(number, header);
    }

    public static Extension hopByHop(int octets) {
        return options(HOP_BY_HOP, octets);
    }

    public static Extension destinationOptions(int octets) {
        return options(DESTINATION_OPTIONS, octets);
    }

    /** Of 24 octets, with one address in it. */
    public static Extension routing(int type, int segmentsLeft) {
        byte[] header = new byte[24];
        header[1] = 2;
        header[2] = (byte) type;
        header[3] = (byte) segmentsLeft;
        return new Extension(ROUTING, header);
    }

    public static Extension fragment(int offset, boolean more, int id) {
        byte[] header = new byte[8];
        int word = offset | (more ? 1 : 0);
        header[2] = (byte) (word >>> 8);
        header[3] = (byte) word;
        for (int i = 0; i < 4; i++) {
            header[4 + i] = (byte) (id >>> (24 - 8 * i));
        }
        return new Extension(FRAGMENT, header);
    }

    /** Whether every fragment of a datagram has it: RFC 8200, section 4.5. */
    boolean isPerFragment() {
        return number == HOP_BY_HOP || number == ROUTING;
    }
}
