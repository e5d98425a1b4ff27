package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A name that one process in a network namespace can hold: a socket bound to an abstract address (unix(7)). The kernel lets
 * go of it with the process, however that ends, and there is no file to be left behind.
 *
 * <pre>
 * struct sockaddr_un {       // linux/un.h
 *     sa_family_t sun_family;    // 0
 *     char        sun_path[108]; // 2; abstract: first octet 0, the name after it
 * };
 * </pre>
 */
public final class NamespaceLock implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SUN_PATH_OFFSET = 2;
    private static final int EADDRINUSE = 98;

    private final int fd;

    private NamespaceLock(int fd) {
        this.fd = fd;
    }

    /** Empty when somebody holds the name. */
    public static Optional<NamespaceLock> take(String name) {
        int fd = LibC.socket(AF_UNIX, SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_UNIX, SOCK_DGRAM)", LibC.errno());
        }
        byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
        NativeMemory address = NativeMemory.allocate(SUN_PATH_OFFSET + 1 + octets.length);
        address.buffer().putShort(0, (short) AF_UNIX);
        address.buffer().put(SUN_PATH_OFFSET + 1, octets);
        if (LibC.bind(fd, address.address(), address.buffer().capacity()) == 0) {
            return Optional.of(new NamespaceLock(fd));
        }
        int errno = LibC.errno();
        LibC.close(fd);
        if (errno == EADDRINUSE) {
            return Optional.empty();
        }
        throw new LinuxException("bind(abstract " + name + ")", errno);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
