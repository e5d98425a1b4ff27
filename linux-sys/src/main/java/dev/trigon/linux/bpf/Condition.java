package dev.trigon.linux.bpf;

/** When a jump is taken, of its left operand and its right one: RFC 9669, section 4.3. */
public enum Condition {
    EQ(0x10),
    /** Unsigned. */
    GT(0x20),
    /** Unsigned. */
    GE(0x30),
    /** They have a bit in common. */
    SET(0x40),
    NE(0x50),
    /** Signed. */
    SGT(0x60),
    /** Signed. */
    SGE(0x70),
    /** Unsigned. */
    LT(0xA0),
    /** Unsigned. */
    LE(0xB0),
    /** Signed. */
    SLT(0xC0),
    /** Signed. */
    SLE(0xD0);

    final int bits;

    Condition(int bits) {
        this.bits = bits;
    }
}
