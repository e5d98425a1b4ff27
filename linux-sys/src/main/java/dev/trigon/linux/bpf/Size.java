package dev.trigon.linux.bpf;

/** How much a load or a store moves: RFC 9669, section 5. */
public enum Size {
    /** One octet. */
    B(0x10),
    /** Two octets. */
    H(0x08),
    /** Four octets. */
    W(0x00),
    /** Eight octets. */
    DW(0x18);

    final int bits;

    Size(int bits) {
        this.bits = bits;
    }
}
