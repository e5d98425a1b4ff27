package dev.trigon.dataplane.wire;

/** RFC 1071 word by word, each carry taken around at once: slow, and too plain to be wrong in the way fast code is. */
public final class ReferenceChecksum {
    private ReferenceChecksum() {}

    /** One's complement sum, not complemented. */
    static int sum(byte[] octets, int at, int length, int begun) {
        int sum = begun;
        for (int i = 0; i < length; i += 2) {
            int high = octets[at + i] & 0xFF;
            int low = i + 1 < length ? octets[at + i + 1] & 0xFF : 0;
            sum = add(sum, high << 8 | low);
        }
        return sum;
    }

    static int add(int a, int b) {
        int sum = a + b;
        return sum > 0xFFFF ? sum - 0xFFFF : sum;
    }

    /** Over the addresses of an IPv4 header that starts there, the protocol and a length. */
    static int pseudoHeader(byte[] octets, int ipAt, int protocol, int length) {
        return add(add(sum(octets, ipAt + 12, 8, 0), protocol), length);
    }
}
