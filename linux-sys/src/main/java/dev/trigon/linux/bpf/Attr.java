package dev.trigon.linux.bpf;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;

/**
 * bpf(2): a union bpf_attr (linux/bpf.h), of which each command has its own member, and behind it in the same memory what it
 * points to. The kernel takes more octets than it knows, as long as they are 0.
 */
final class Attr {
    /* enum bpf_cmd */
    static final int BPF_MAP_CREATE = 0;
    static final int BPF_MAP_LOOKUP_ELEM = 1;
    static final int BPF_MAP_UPDATE_ELEM = 2;
    static final int BPF_MAP_DELETE_ELEM = 3;
    static final int BPF_MAP_GET_NEXT_KEY = 4;
    static final int BPF_PROG_LOAD = 5;
    static final int BPF_PROG_TEST_RUN = 10;
    static final int BPF_OBJ_GET_INFO_BY_FD = 15;
    static final int BPF_LINK_CREATE = 28;

    /** A map's or program's name with its terminating zero. */
    static final int BPF_OBJ_NAME_LEN = 16;

    private static final long SYS_BPF = "aarch64".equals(System.getProperty("os.arch")) ? 280 : 321;

    private static final int LENGTH = 128;

    private final NativeMemory memory;
    private int end = LENGTH;

    private Attr(NativeMemory memory) {
        this.memory = memory;
    }

    /** @param octets of all that it will point to, each rounded up to eight */
    static Attr withRoomFor(int octets) {
        return new Attr(NativeMemory.allocate(LENGTH + octets));
    }

    static int rounded(int octets) {
        return octets + Long.BYTES - 1 & -Long.BYTES;
    }

    Attr u32(int offset, int value) {
        memory.buffer().putInt(offset, value);
        return this;
    }

    int u32(int offset) {
        return memory.buffer().getInt(offset);
    }

    Attr u64(int offset, long value) {
        memory.buffer().putLong(offset, value);
        return this;
    }

    /** What the kernel shows of a map or program: at most 15 letters, digits, dots and underscores. */
    Attr name(int offset, String name) {
        byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
        if (octets.length >= BPF_OBJ_NAME_LEN) {
            throw new IllegalArgumentException("name of more than 15 letters: " + name);
        }
        memory.buffer().put(offset, octets);
        return this;
    }

    /** @return where there is room for so many octets, behind all that was asked for before */
    int room(int octets) {
        int room = end;
        end += rounded(octets);
        return room;
    }

    /** The pointer at an offset points to a room. */
    Attr points(int offset, int room) {
        return u64(offset, memory.address() + room);
    }

    /** The pointer at an offset points to these octets. */
    Attr points(int offset, byte[] octets) {
        int room = room(octets.length);
        return put(room, octets).points(offset, room);
    }

    Attr put(int room, byte[] octets) {
        memory.buffer().put(room, octets);
        return this;
    }

    byte[] get(int room, int octets) {
        byte[] copy = new byte[octets];
        memory.buffer().get(room, copy);
        return copy;
    }

    /** @return the command's result, or the negative errno */
    int call(int command) {
        try {
            long result = LibC.syscall(SYS_BPF, command, memory.address(), LENGTH);
            return result < 0 ? -LibC.errno() : (int) result;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }
}
