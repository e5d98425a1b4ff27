package dev.trigon.linux.bpf;

/**
 * RFC 9669, section 2.1, and the kernel's calling convention: a call takes R1 to R5 and leaves them undefined, its result is in
 * R0; R6 to R9 survive it. A program starts with its context in R1 and returns R0.
 */
public enum Register {
    R0(0),
    R1(1),
    R2(2),
    R3(3),
    R4(4),
    R5(5),
    R6(6),
    R7(7),
    R8(8),
    R9(9),
    /** The end of the stack, read-only. */
    R10(10);

    final int number;

    Register(int number) {
        this.number = number;
    }
}
