package dev.trigon.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.util.HexFormat;

/** A socket whose other end is the test, which says what a kernel would, or should not. */
final class SocketPair implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;

    private final int near;
    private final int far;

    private static final class Sockets {
        static {
            Native.register(Sockets.class, "c");
        }

        /** {@code int socketpair(int domain, int type, int protocol, int sv[2])}, sys/socket.h. */
        static native int socketpair(int domain, int type, int protocol, long fds);
    }

    SocketPair() {
        NativeMemory fds = NativeMemory.allocate(2 * Integer.BYTES);
        assertThat(Sockets.socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds.address()))
                .isZero();
        near = fds.buffer().getInt(0);
        far = fds.buffer().getInt(Integer.BYTES);
    }

    NetlinkSocket socket() {
        return new NetlinkSocket(near);
    }

    /** Sends one datagram to the near end. */
    void say(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
        NativeMemory message = NativeMemory.allocate(octets.length);
        message.buffer().put(octets);
        assertThat(LibC.send(far, message.address(), octets.length, 0)).isEqualTo(octets.length);
    }

    /** Sends a datagram of that many zeros. */
    void sayZeros(int octets) {
        say("00".repeat(octets));
    }

    @Override
    public void close() {
        LibC.close(near);
        LibC.close(far);
    }
}
