package dev.trigon.systemtests.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A system call that a command meets an errno at, as on a kernel that has no such thing, or where a container or a systemd unit
 * denies it: a seccomp filter, which the command has from the thread that becomes it.
 *
 * <pre>
 * struct sock_fprog {               struct sock_filter {  // linux/filter.h
 *     unsigned short len;  // 0         __u16 code; // 0
 *     struct sock_filter *filter; // 8  __u8 jt, jf; // 2, 3
 * };                                    __u32 k;    // 4
 *                                   };
 * struct seccomp_data { int nr; __u32 arch; __u64 instruction_pointer, args[6]; }; // linux/seccomp.h
 * </pre>
 */
public enum DeniedCall {
    /** bpf(2), whatever it is to do. */
    BPF(321, 280, null),
    /** socket(2) of AF_XDP. */
    SOCKET_AF_XDP(41, 198, 44);

    private static final long SYS_EXECVE = isArm() ? 221 : 59;
    private static final long SYS_PRCTL = isArm() ? 167 : 157;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int NR_OFFSET = 0;
    private static final int FIRST_ARGUMENT_OFFSET = 16;

    private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K
    private static final int SECCOMP_RET_ERRNO = 0x0005_0000;
    private static final int SECCOMP_RET_ALLOW = 0x7FFF_0000;

    private static final int FPROG_LENGTH = 16;
    private static final int FILTER_LENGTH = 8;
    private static final int MOST_FILTERS = 6;

    private final int number;
    private final Integer firstArgument;

    DeniedCall(int onIntel, int onArm, Integer firstArgument) {
        this.number = isArm() ? onArm : onIntel;
        this.firstArgument = firstArgument;
    }

    private static boolean isArm() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }

    /** What a command goes behind. */
    public List<String> with(int errno) {
        List<String> command = new ArrayList<>(SendFrames.java(DeniedCall.class));
        command.addAll(List.of(name(), String.valueOf(errno)));
        return command;
    }

    /** @param arguments the call, the errno, and the command, which this becomes */
    public static void main(String... arguments) {
        valueOf(arguments[0]).deny(Integer.parseInt(arguments[1]));
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(Arrays.asList(arguments).subList(2, arguments.length));
        List<String> environment = System.getenv().entrySet().stream()
                .map(it -> it.getKey() + "=" + it.getValue())
                .toList();
        Strings path = new Strings(List.of("/usr/bin/env"));
        Strings words = new Strings(command);
        Strings settings = new Strings(environment);
        try {
            LibC.syscall(SYS_EXECVE, path.first(), words.array(), settings.array());
            throw new LinuxException("execve(/usr/bin/env)", LibC.errno());
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(words);
            Reference.reachabilityFence(settings);
        }
    }

    /** Strings as execve(2) takes them: {@code char *const argv[]}, a null pointer behind the last. */
    private static final class Strings {
        private final NativeMemory memory;
        private final int first;

        Strings(List<String> strings) {
            first = (strings.size() + 1) * Long.BYTES;
            List<byte[]> encoded =
                    strings.stream().map(it -> it.getBytes(UTF_8)).toList();
            memory = NativeMemory.allocate(
                    first + encoded.stream().mapToInt(it -> it.length + 1).sum());
            int at = first;
            for (int i = 0; i < encoded.size(); i++) {
                memory.buffer().putLong(i * Long.BYTES, memory.address() + at);
                memory.buffer().put(at, encoded.get(i));
                at += encoded.get(i).length + 1;
            }
        }

        long array() {
            return memory.address();
        }

        long first() {
            return memory.address() + first;
        }
    }

    private void deny(int errno) {
        NativeMemory memory = NativeMemory.allocate(FPROG_LENGTH + MOST_FILTERS * FILTER_LENGTH);
        ByteBuffer filters = memory.buffer().position(FPROG_LENGTH);
        boolean any = firstArgument == null;
        put(filters, LOAD, 0, NR_OFFSET);
        put(filters, JUMP_IF_EQUAL, any ? 1 : 3, number);
        if (!any) {
            put(filters, LOAD, 0, FIRST_ARGUMENT_OFFSET);
            put(filters, JUMP_IF_EQUAL, 1, firstArgument);
        }
        put(filters, RETURN, 0, SECCOMP_RET_ERRNO | errno);
        put(filters, RETURN, 0, SECCOMP_RET_ALLOW);
        int count = (filters.position() - FPROG_LENGTH) / FILTER_LENGTH;
        filters.putShort(0, (short) count).putLong(8, memory.address() + FPROG_LENGTH);
        try {
            if (LibC.syscall(SYS_PRCTL, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, memory.address()) != 0) {
                throw new LinuxException("prctl(PR_SET_SECCOMP, " + this + ")", LibC.errno());
            }
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** @param otherwise how many to leave out where it is not equal */
    private static void put(ByteBuffer filters, int code, int otherwise, int k) {
        filters.putShort((short) code).put((byte) 0).put((byte) otherwise).putInt(k);
    }
}
