package dev.trigon.linux.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * eBPF programs as Java: an instruction a call, in the order in which they stand. All arithmetic is of 64 bits, immediates are
 * sign-extended to it, and a load of less fills up with zeros.
 *
 * <pre>
 * struct bpf_insn {              // linux/bpf.h; RFC 9669, section 3
 *     __u8  code;                // 0
 *     __u8  dst_reg:4;           // 1
 *     __u8  src_reg:4;
 *     __s16 off;                 // 2
 *     __s32 imm;                 // 4
 * };
 * </pre>
 *
 * <p>Jumps go to a {@link Label}, before or after it is placed; {@link #assemble} turns them into offsets.
 */
public final class Assembler {
    private static final int LD = 0x00;
    private static final int LDX = 0x01;
    private static final int ST = 0x02;
    private static final int STX = 0x03;
    private static final int ALU = 0x04;
    private static final int JMP = 0x05;
    private static final int JMP32 = 0x06;
    private static final int ALU64 = 0x07;

    /** Where an operand comes from: the instruction (0) or a register. */
    private static final int X = 0x08;

    private static final int ADD = 0x00;
    private static final int OR = 0x40;
    private static final int AND = 0x50;
    private static final int LSH = 0x60;
    private static final int RSH = 0x70;
    private static final int MOV = 0xB0;
    private static final int END = 0xD0;
    private static final int TO_BE = 0x08;

    private static final int MEM = 0x60;
    private static final int IMM_DW = 0x18;
    private static final int PSEUDO_MAP_FD = 1;

    private static final int JA = 0x00;
    private static final int CALL = 0x80;
    private static final int EXIT = 0x90;

    private static final int OFFSET_SHIFT = 16;
    private static final long OFFSET_MASK = 0xFFFFL << OFFSET_SHIFT;

    /** A place in the program. */
    public static final class Label {
        private static final int NOWHERE = -1;

        private final String name;
        private int at = NOWHERE;

        /** @param name what errors call it */
        public Label(String name) {
            this.name = name;
        }
    }

    private record Jump(int at, Label to) {}

    /** Each a struct bpf_insn as a little-endian machine reads it. */
    private final List<Long> instructions = new ArrayList<>();

    private final List<Jump> jumps = new ArrayList<>();

    public Assembler mov(Register to, Register from) {
        return add(ALU64 | MOV | X, to, from, 0, 0);
    }

    public Assembler mov(Register to, int value) {
        return add(ALU64 | MOV, to, Register.R0, 0, value);
    }

    /** Any value: takes two instructions' room. */
    public Assembler mov64(Register to, long value) {
        return wide(to, 0, value);
    }

    /** What helpers know a map by. The map may be closed once the program is loaded. */
    public Assembler map(Register to, BpfMap map) {
        return wide(to, PSEUDO_MAP_FD, map.fd());
    }

    public Assembler add(Register to, Register what) {
        return add(ALU64 | ADD | X, to, what, 0, 0);
    }

    public Assembler add(Register to, int value) {
        return add(ALU64 | ADD, to, Register.R0, 0, value);
    }

    public Assembler and(Register to, Register mask) {
        return add(ALU64 | AND | X, to, mask, 0, 0);
    }

    public Assembler and(Register to, int mask) {
        return add(ALU64 | AND, to, Register.R0, 0, mask);
    }

    public Assembler or(Register to, Register bits) {
        return add(ALU64 | OR | X, to, bits, 0, 0);
    }

    public Assembler or(Register to, int bits) {
        return add(ALU64 | OR, to, Register.R0, 0, bits);
    }

    public Assembler lsh(Register to, Register bits) {
        return add(ALU64 | LSH | X, to, bits, 0, 0);
    }

    public Assembler lsh(Register to, int bits) {
        return add(ALU64 | LSH, to, Register.R0, 0, checkedShift(bits));
    }

    /** Fills up with zeros. */
    public Assembler rsh(Register to, Register bits) {
        return add(ALU64 | RSH | X, to, bits, 0, 0);
    }

    /** Fills up with zeros. */
    public Assembler rsh(Register to, int bits) {
        return add(ALU64 | RSH, to, Register.R0, 0, checkedShift(bits));
    }

    /** Between the machine's byte order and the network's; the bits above the 16 become 0. */
    public Assembler be16(Register register) {
        return add(ALU | END | TO_BE, register, Register.R0, 0, Short.SIZE);
    }

    /** Between the machine's byte order and the network's; the bits above the 32 become 0. */
    public Assembler be32(Register register) {
        return add(ALU | END | TO_BE, register, Register.R0, 0, Integer.SIZE);
    }

    /** Between the machine's byte order and the network's. */
    public Assembler be64(Register register) {
        return add(ALU | END | TO_BE, register, Register.R0, 0, Long.SIZE);
    }

    public Assembler load(Size size, Register to, Register base, int offset) {
        return add(LDX | MEM | size.bits, to, base, checkedOffset(offset), 0);
    }

    public Assembler store(Size size, Register base, int offset, Register what) {
        return add(STX | MEM | size.bits, base, what, checkedOffset(offset), 0);
    }

    public Assembler store(Size size, Register base, int offset, int value) {
        return add(ST | MEM | size.bits, base, Register.R0, checkedOffset(offset), value);
    }

    public Assembler jump(Label to) {
        return jump(JMP | JA, Register.R0, Register.R0, 0, to);
    }

    public Assembler jumpIf(Register left, Condition condition, Register right, Label to) {
        return jump(JMP | condition.bits | X, left, right, 0, to);
    }

    public Assembler jumpIf(Register left, Condition condition, int right, Label to) {
        return jump(JMP | condition.bits, left, Register.R0, right, to);
    }

    /** Of the lower 32 bits: what the highest of the 32 is makes no difference. */
    public Assembler jumpIf32(Register left, Condition condition, Register right, Label to) {
        return jump(JMP32 | condition.bits | X, left, right, 0, to);
    }

    /** Of the lower 32 bits: what the highest of the 32 is makes no difference. */
    public Assembler jumpIf32(Register left, Condition condition, int right, Label to) {
        return jump(JMP32 | condition.bits, left, Register.R0, right, to);
    }

    public Assembler call(Helper helper) {
        return add(JMP | CALL, Register.R0, Register.R0, 0, helper.number);
    }

    public Assembler exit() {
        return add(JMP | EXIT, Register.R0, Register.R0, 0, 0);
    }

    /** The next instruction is the one that jumps to this label go to. */
    public Assembler place(Label label) {
        if (label.at != Label.NOWHERE) {
            throw new IllegalStateException("label " + label.name + " is at instruction " + label.at
                    + " already, not at " + instructions.size());
        }
        label.at = instructions.size();
        return this;
    }

    /** The program as BPF_PROG_LOAD takes it. */
    public byte[] assemble() {
        ByteBuffer program =
                ByteBuffer.allocate(instructions.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        instructions.forEach(program::putLong);
        for (Jump jump : jumps) {
            program.putShort(jump.at * Long.BYTES + OFFSET_SHIFT / Byte.SIZE, offsetOf(jump));
        }
        return program.array();
    }

    private short offsetOf(Jump jump) {
        Label to = jump.to;
        if (to.at == Label.NOWHERE) {
            throw new IllegalStateException(
                    "instruction " + jump.at + " jumps to label " + to.name + ", which is nowhere");
        }
        if (to.at == instructions.size()) {
            throw new IllegalStateException(
                    "instruction " + jump.at + " jumps to label " + to.name + ", behind the last instruction");
        }
        int offset = to.at - jump.at - 1;
        if (offset != (short) offset) {
            throw new IllegalStateException(
                    "instruction " + jump.at + " jumps to label " + to.name + ", too far away: " + offset);
        }
        return (short) offset;
    }

    private static int checkedShift(int bits) {
        if (bits < 0 || bits >= Long.SIZE) {
            throw new IllegalArgumentException("shift by " + bits + " bits");
        }
        return bits;
    }

    private static int checkedOffset(int offset) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset beyond 16 bits: " + offset);
        }
        return offset;
    }

    private Assembler jump(int code, Register left, Register right, int value, Label to) {
        jumps.add(new Jump(instructions.size(), to));
        return add(code, left, right, 0, value);
    }

    private Assembler wide(Register to, int source, long value) {
        instructions.add(instruction(LD | IMM_DW, to.number, source, 0, (int) value));
        instructions.add(instruction(0, 0, 0, 0, (int) (value >> Integer.SIZE)));
        return this;
    }

    private Assembler add(int code, Register destination, Register source, int offset, int value) {
        instructions.add(instruction(code, destination.number, source.number, offset, value));
        return this;
    }

    private static long instruction(int code, int destination, int source, int offset, int value) {
        return code
                | destination << 8
                | source << 12
                | ((long) offset << OFFSET_SHIFT & OFFSET_MASK)
                | (long) value << Integer.SIZE;
    }
}
