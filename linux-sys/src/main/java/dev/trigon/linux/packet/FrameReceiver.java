package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies of the frames of one EtherType that arrive at one interface; what is sent there is not among them. One thread reads.
 * For little that is waited for: what nobody reads is lost when the socket's memory is full.
 *
 * <pre>
 * struct sock_fprog {                 struct sock_filter {    // linux/filter.h
 *     unsigned short      len;            __u16 code;         // 0
 *     struct sock_filter *filter; // 8    __u8  jt, jf;       // 2, 3
 * };                                      __u32 k;            // 4
 *                                     };
 * </pre>
 */
public final class FrameReceiver implements AutoCloseable {
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SOCKADDR_LL_PROTOCOL_OFFSET = 2;
    private static final int FPROG_FILTER_OFFSET = 8;
    private static final int FPROG_LENGTH = 16;
    private static final int FILTER_LENGTH = 8;
    private static final int LONGEST_FRAME = 2048;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    /** BPF_LD | BPF_B | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K and BPF_RET | BPF_K. */
    private static final int LOAD_OCTET = 0x30;

    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    /** That the octet at a place of the frame has a value. */
    public record Wanted(int offset, int value) {}

    private final int fd;
    private final NativeMemory memory = NativeMemory.allocate(LONGEST_FRAME);
    private final ByteBuffer frame = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);

    private FrameReceiver(int fd) {
        this.fd = fd;
    }

    /** @param wanted what else a frame must be like: the kernel keeps the others out */
    public static FrameReceiver open(int ifIndex, int etherType, Wanted... wanted) {
        // of no protocol until it is bound: nothing comes in before the filter is there
        int fd = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_PACKET, SOCK_RAW)", LibC.errno());
        }
        FrameReceiver receiver = new FrameReceiver(fd);
        try {
            if (wanted.length > 0) {
                receiver.attach(wanted);
            }
            receiver.bind(ifIndex, etherType);
            return receiver;
        } catch (LinuxException e) {
            receiver.close();
            throw e;
        }
    }

    private void attach(Wanted... wanted) {
        int instructions = 2 * wanted.length + 2;
        NativeMemory program = NativeMemory.allocate(FPROG_LENGTH + instructions * FILTER_LENGTH);
        ByteBuffer structs = program.buffer();
        structs.putShort(0, (short) instructions);
        structs.putLong(FPROG_FILTER_OFFSET, program.address() + FPROG_LENGTH);
        structs.position(FPROG_LENGTH);
        for (int i = 0; i < wanted.length; i++) {
            int toRefusal = 2 * (wanted.length - i - 1) + 1;
            put(structs, LOAD_OCTET, 0, wanted[i].offset);
            put(structs, JUMP_IF_EQUAL, toRefusal, wanted[i].value);
        }
        put(structs, RETURN, 0, LONGEST_FRAME);
        put(structs, RETURN, 0, 0);
        if (LibC.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program.address(), FPROG_LENGTH) < 0) {
            throw new LinuxException("setsockopt(SO_ATTACH_FILTER)", LibC.errno());
        }
    }

    private static void put(ByteBuffer program, int code, int jumpIfFalse, int operand) {
        program.putShort((short) code).put((byte) 0).put((byte) jumpIfFalse).putInt(operand);
    }

    private void bind(int ifIndex, int etherType) {
        NativeMemory address = NativeMemory.allocate(FrameSender.SOCKADDR_LL_LENGTH);
        ByteBuffer struct = address.buffer();
        struct.putShort(FrameSender.SOCKADDR_LL_FAMILY_OFFSET, (short) LibC.AF_PACKET);
        struct.putInt(FrameSender.SOCKADDR_LL_IFINDEX_OFFSET, ifIndex);
        struct.order(ByteOrder.BIG_ENDIAN).putShort(SOCKADDR_LL_PROTOCOL_OFFSET, (short) etherType);
        if (LibC.bind(fd, address.address(), FrameSender.SOCKADDR_LL_LENGTH) < 0) {
            throw new LinuxException("bind(AF_PACKET, interface " + ifIndex + ")", LibC.errno());
        }
    }

    /** Takes the next frame, which {@link #frame} then has. Answers its length; 0: none waits. */
    public int receive() {
        while (true) {
            long length = LibC.recv(fd, memory.address(), LONGEST_FRAME, 0);
            if (length >= 0) {
                return (int) length;
            }
            int errno = LibC.errno();
            if (errno == EAGAIN) {
                return 0;
            }
            if (errno != EINTR) {
                throw new LinuxException("recv(AF_PACKET)", errno);
            }
        }
    }

    /** The frame that was received last, in network byte order; behind its end is what was there before. */
    public ByteBuffer frame() {
        return frame;
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
