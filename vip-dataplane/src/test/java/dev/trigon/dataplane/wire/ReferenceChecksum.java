package dev.trigon.dataplane.wire;

/** RFC 1071 word by word, each carry taken around at once: slow, and too plain to be wrong in the way fast code is. */
public final class ReferenceChecksum {
    private ReferenceChecksum() {}

    /** One's complement sum, not complemented. */
    public static int sum(byte[] octets, int at, int length, int begun) {
        int sum = begun;
        for (int i = 0; i < length; i += 2) {
            int high = octets[at + i] & 0xFF;
            int low = i + 1 < length ? octets[at + i + 1] & 0xFF : 0;
            sum = add(sum, high << 8 | low);
        }
        return sum;
    }

    public static int add(int a, int b) {
        int sum = a + b;
        return sum > 0xFFFF ? sum - 0xFFFF : sum;
    }

    /** Over the addresses of an IP header of either family that starts there, the protocol and a length. */
    public static int pseudoHeader(byte[] octets, int ipAt, int protocol, int length) {
        boolean v6 = octets[ipAt] >>> 4 == 6;
        int addresses = v6 ? sum(octets, ipAt + 8, 32, 0) : sum(octets, ipAt + 12, 8, 0);
        return add(add(addresses, protocol), length);
    }
}
