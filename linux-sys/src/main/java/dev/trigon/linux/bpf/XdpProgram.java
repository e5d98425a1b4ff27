package dev.trigon.linux.bpf;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A program for an interface's received frames, as the kernel has verified and loaded it. An attached one stays when it is
 * closed here.
 *
 * <pre>
 * union bpf_attr {                       // linux/bpf.h
 *     struct {                               struct {
 *         __u32         prog_type;  //  0        __u32         prog_fd;       //  0
 *         __u32         insn_cnt;   //  4        __u32         retval;        //  4
 *         __aligned_u64 insns;      //  8        __u32         data_size_in;  //  8
 *         __aligned_u64 license;    // 16        __u32         data_size_out; // 12
 *         __u32         log_level;  // 24        __aligned_u64 data_in;       // 16
 *         __u32         log_size;   // 28        __aligned_u64 data_out;      // 24
 *         __aligned_u64 log_buf;    // 32        __u32         repeat;        // 32
 *         __u32         kern_version; // 40      __u32         duration;      // 36
 *         __u32         prog_flags; // 44    } test; // BPF_PROG_TEST_RUN
 *         char          prog_name[16]; // 48
 *         …                                  struct {
 *         __u32 expected_attach_type; // 68      __u32         bpf_fd;        //  0
 *     }; // BPF_PROG_LOAD                        __u32         info_len;      //  4
 * };                                             __aligned_u64 info;          //  8
 *                                            } info; // BPF_OBJ_GET_INFO_BY_FD
 * struct bpf_prog_info {
 *     __u32 type;                   //  0
 *     __u32 id;                     //  4
 *     …
 * };
 * </pre>
 */
public final class XdpProgram implements AutoCloseable {
    /** What becomes of a frame: enum xdp_action. */
    public static final int XDP_PASS = 2;

    public static final int XDP_REDIRECT = 4;

    private static final int TYPE_OFFSET = 0;
    private static final int INSN_CNT_OFFSET = 4;
    private static final int INSNS_OFFSET = 8;
    private static final int LICENSE_OFFSET = 16;
    private static final int LOG_LEVEL_OFFSET = 24;
    private static final int LOG_SIZE_OFFSET = 28;
    private static final int LOG_BUF_OFFSET = 32;
    private static final int PROG_FLAGS_OFFSET = 44;
    private static final int PROG_NAME_OFFSET = 48;
    private static final int EXPECTED_ATTACH_TYPE_OFFSET = 68;

    private static final int TEST_PROG_OFFSET = 0;
    private static final int TEST_RETVAL_OFFSET = 4;
    private static final int TEST_SIZE_IN_OFFSET = 8;
    private static final int TEST_SIZE_OUT_OFFSET = 12;
    private static final int TEST_DATA_IN_OFFSET = 16;
    private static final int TEST_DATA_OUT_OFFSET = 24;
    private static final int TEST_REPEAT_OFFSET = 32;
    private static final int TEST_DURATION_OFFSET = 36;

    private static final int INFO_FD_OFFSET = 0;
    private static final int INFO_LEN_OFFSET = 4;
    private static final int INFO_OFFSET = 8;
    private static final int INFO_ID_OFFSET = 4;
    private static final int INFO_LENGTH = 8;

    private static final int BPF_PROG_TYPE_XDP = 6;
    /** enum bpf_attach_type. */
    static final int BPF_XDP = 37;

    private static final int BPF_F_XDP_HAS_FRAGS = 1 << 5;
    private static final int LOG_LEVEL = 1;
    private static final int LOG_OCTETS = 1 << 18;
    private static final int LOG_LINES = 12;
    /** What a program may make room for in front of a frame. */
    private static final int HEADROOM = 256;

    private final String name;
    private final int fd;

    private XdpProgram(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /**
     * What the kernel refuses is a {@link LinuxException} with the last lines of what the verifier said.
     *
     * @param license as in a module's MODULE_LICENSE; some helpers are for the GPL's only
     * @param frags whether the program is ready for frames of several buffers, of which it sees the first; Linux 5.18
     * @param instructions {@link Assembler#assemble}'s
     */
    public static XdpProgram load(String name, String license, boolean frags, byte[] instructions) {
        int fd = load(name, license, frags, instructions, 0).call(Attr.BPF_PROG_LOAD);
        if (fd >= 0) {
            return new XdpProgram(name, fd);
        }
        Attr again = load(name, license, frags, instructions, LOG_OCTETS);
        int log = again.room(LOG_OCTETS);
        again.u32(LOG_LEVEL_OFFSET, LOG_LEVEL).u32(LOG_SIZE_OFFSET, LOG_OCTETS).points(LOG_BUF_OFFSET, log);
        int second = again.call(Attr.BPF_PROG_LOAD);
        if (second >= 0) {
            return new XdpProgram(name, second);
        }
        String call = "bpf(BPF_PROG_LOAD, XDP " + name + ", " + instructions.length / Long.BYTES + " instructions)";
        String words = lastLines(again.get(log, LOG_OCTETS));
        throw words.isEmpty() ? new LinuxException(call, -fd) : new LinuxException(call, -fd, words);
    }

    private static Attr load(String name, String license, boolean frags, byte[] instructions, int more) {
        byte[] licenseText = (license + "\0").getBytes(StandardCharsets.US_ASCII);
        return Attr.withRoomFor(Attr.rounded(instructions.length) + Attr.rounded(licenseText.length) + more)
                .u32(TYPE_OFFSET, BPF_PROG_TYPE_XDP)
                .u32(INSN_CNT_OFFSET, instructions.length / Long.BYTES)
                .points(INSNS_OFFSET, instructions)
                .points(LICENSE_OFFSET, licenseText)
                .u32(PROG_FLAGS_OFFSET, frags ? BPF_F_XDP_HAS_FRAGS : 0)
                .name(PROG_NAME_OFFSET, name)
                .u32(EXPECTED_ATTACH_TYPE_OFFSET, BPF_XDP);
    }

    private static String lastLines(byte[] log) {
        int length = 0;
        while (length < log.length && log[length] != 0) {
            length++;
        }
        List<String> lines = new String(log, 0, length, StandardCharsets.UTF_8)
                .strip()
                .lines()
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /**
     * What came of a frame.
     *
     * @param frame as the program left it
     */
    public record TestRun(int verdict, ByteBuffer frame, int nanosPerRun) {}

    /** Runs the program on a frame that no interface received, of 14 octets or more. */
    public TestRun testRun(byte[] frame) {
        return testRun(frame, 1);
    }

    /** Runs it so many times, and says how long one took. */
    public TestRun testRun(byte[] frame, int times) {
        int most = frame.length + HEADROOM;
        Attr test = Attr.withRoomFor(Attr.rounded(frame.length) + Attr.rounded(most));
        int out = test.room(most);
        int result = test.u32(TEST_PROG_OFFSET, fd)
                .u32(TEST_SIZE_IN_OFFSET, frame.length)
                .u32(TEST_SIZE_OUT_OFFSET, most)
                .points(TEST_DATA_IN_OFFSET, frame)
                .points(TEST_DATA_OUT_OFFSET, out)
                .u32(TEST_REPEAT_OFFSET, times)
                .call(Attr.BPF_PROG_TEST_RUN);
        if (result < 0) {
            throw new LinuxException(
                    "bpf(BPF_PROG_TEST_RUN, " + name + ", " + frame.length + " octets, " + times + " times)", -result);
        }
        return new TestRun(
                test.u32(TEST_RETVAL_OFFSET),
                ByteBuffer.wrap(test.get(out, test.u32(TEST_SIZE_OUT_OFFSET))),
                test.u32(TEST_DURATION_OFFSET));
    }

    /** The kernel's number for it, which bpftool(8) and ip(8) show. */
    public int id() {
        Attr query = Attr.withRoomFor(INFO_LENGTH);
        int info = query.room(INFO_LENGTH);
        int result = query.u32(INFO_FD_OFFSET, fd)
                .u32(INFO_LEN_OFFSET, INFO_LENGTH)
                .points(INFO_OFFSET, info)
                .call(Attr.BPF_OBJ_GET_INFO_BY_FD);
        if (result < 0) {
            throw new LinuxException("bpf(BPF_OBJ_GET_INFO_BY_FD, " + name + ")", -result);
        }
        return query.u32(info + INFO_ID_OFFSET);
    }

    int fd() {
        return fd;
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
