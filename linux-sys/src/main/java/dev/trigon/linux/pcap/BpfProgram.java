package dev.trigon.linux.pcap;

import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A packet filter in the machine language that the kernel runs for a capture: classic BPF, linux/filter.h and pcap/bpf.h.
 *
 * <pre>
 * struct bpf_insn {          struct bpf_program {
 *     u_short     code; // 0     u_int            bf_len;    // 0
 *     u_char      jt;   // 2     struct bpf_insn *bf_insns;  // 8
 *     u_char      jf;   // 3 };
 *     bpf_u_int32 k;    // 4
 * };
 * </pre>
 *
 * <p>The machine has an accumulator and an index register, goes forward only, and rejects a frame that a load reaches
 * beyond. Words are big-endian, as on the wire.
 */
public final class BpfProgram {
    /** BPF_MAXINSNS, linux/bpf_common.h: the kernel takes no more. */
    public static final int MOST_INSTRUCTIONS = 4_096;

    private static final int LOAD_LENGTH = 0x80; // BPF_LD | BPF_W | BPF_LEN
    private static final int LOAD_HALF = 0x28; // BPF_LD | BPF_H | BPF_ABS
    private static final int LOAD_WORD_INDEXED = 0x40; // BPF_LD | BPF_W | BPF_IND
    private static final int LOAD_HALF_INDEXED = 0x48; // BPF_LD | BPF_H | BPF_IND
    private static final int LOAD_OCTET_INDEXED = 0x50; // BPF_LD | BPF_B | BPF_IND
    private static final int LOAD_INDEX = 0x01; // BPF_LDX | BPF_IMM
    private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
    private static final int JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int JUMP_IF_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K

    private static final int CODE_OFFSET = 0;
    private static final int JT_OFFSET = CODE_OFFSET + Short.BYTES;
    private static final int JF_OFFSET = JT_OFFSET + Byte.BYTES;
    private static final int K_OFFSET = JF_OFFSET + Byte.BYTES;
    private static final int INSTRUCTION_LENGTH = K_OFFSET + Integer.BYTES;

    private static final int LEN_OFFSET = 0;
    private static final int INSNS_OFFSET = Long.BYTES;
    private static final int PROGRAM_LENGTH = INSNS_OFFSET + Long.BYTES;

    /** As many octets as there are: libpcap puts its own limit in this place. */
    private static final int WHOLE_FRAME = 0x4_0000;

    private record Instruction(int code, int whenTrue, int whenFalse, int operand) {}

    private final List<Instruction> instructions = new ArrayList<>();

    /** A place further on in the program. */
    public static final class Label {
        private final List<Integer> jumps = new ArrayList<>();
    }

    private BpfProgram add(int code, int operand) {
        return add(new Instruction(code, 0, 0, operand));
    }

    private BpfProgram add(Instruction instruction) {
        instructions.add(instruction);
        return this;
    }

    /** Loads the frame's length on the wire, whatever is captured of it. */
    public BpfProgram loadLength() {
        return add(LOAD_LENGTH, 0);
    }

    public BpfProgram loadHalf(int at) {
        return add(LOAD_HALF, at);
    }

    /** From here on, what is loaded at the index is loaded so many octets further on. */
    public BpfProgram index(int octets) {
        return add(LOAD_INDEX, octets);
    }

    public BpfProgram loadOctetAtIndex(int plus) {
        return add(LOAD_OCTET_INDEXED, plus);
    }

    public BpfProgram loadHalfAtIndex(int plus) {
        return add(LOAD_HALF_INDEXED, plus);
    }

    public BpfProgram loadWordAtIndex(int plus) {
        return add(LOAD_WORD_INDEXED, plus);
    }

    public BpfProgram and(int mask) {
        return add(AND, mask);
    }

    public BpfProgram acceptIfEqual(int value) {
        return add(new Instruction(JUMP_IF_EQUAL, 0, 1, value)).accept();
    }

    public BpfProgram rejectIfGreater(int value) {
        return add(new Instruction(JUMP_IF_GREATER, 0, 1, value)).reject();
    }

    public BpfProgram rejectUnlessGreater(int value) {
        return add(new Instruction(JUMP_IF_GREATER, 1, 0, value)).reject();
    }

    public BpfProgram rejectUnlessEqual(int value) {
        return add(new Instruction(JUMP_IF_EQUAL, 1, 0, value)).reject();
    }

    // a conditional jump spans 255 instructions at most, an unconditional one any number

    public BpfProgram jumpIfEqual(int value, Label to) {
        return add(new Instruction(JUMP_IF_EQUAL, 0, 1, value)).jump(to);
    }

    public BpfProgram jumpUnlessEqual(int value, Label to) {
        return add(new Instruction(JUMP_IF_EQUAL, 1, 0, value)).jump(to);
    }

    public BpfProgram jump(Label to) {
        to.jumps.add(instructions.size());
        return add(JUMP, 0);
    }

    /** Where the jumps to a label lead: the next instruction. */
    public BpfProgram place(Label label) {
        for (int jump : label.jumps) {
            instructions.set(jump, new Instruction(JUMP, 0, 0, instructions.size() - jump - 1));
        }
        return this;
    }

    public BpfProgram accept() {
        return add(RETURN, WHOLE_FRAME);
    }

    public BpfProgram reject() {
        return add(RETURN, 0);
    }

    public int length() {
        return instructions.size();
    }

    /** The struct bpf_program, with its instructions behind it in the same memory. */
    NativeMemory assemble() {
        NativeMemory memory = NativeMemory.allocate(PROGRAM_LENGTH + instructions.size() * INSTRUCTION_LENGTH);
        ByteBuffer structs = memory.buffer();
        structs.putInt(LEN_OFFSET, instructions.size());
        structs.putLong(INSNS_OFFSET, memory.address() + PROGRAM_LENGTH);
        int at = PROGRAM_LENGTH;
        for (Instruction instruction : instructions) {
            structs.putShort(at + CODE_OFFSET, (short) instruction.code);
            structs.put(at + JT_OFFSET, (byte) instruction.whenTrue);
            structs.put(at + JF_OFFSET, (byte) instruction.whenFalse);
            structs.putInt(at + K_OFFSET, instruction.operand);
            at += INSTRUCTION_LENGTH;
        }
        return memory;
    }
}
