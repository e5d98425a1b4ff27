package dev.trigon.linux.packet;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.charset.StandardCharsets;

/**
 * An interface whose far end is this process: IP packets that the kernel sends by it are read here. It is gone with the
 * descriptor, however the process ends, and its addresses and routes with it (Documentation/networking/tuntap.rst).
 *
 * <p>The interface is in the network namespace of the thread that made it. One thread reads.
 *
 * <pre>
 * struct ifreq {                         // linux/if.h; LP64
 *     char ifr_name[IFNAMSIZ];           //  0
 *     union { short ifr_flags; … };      // 16
 * };
 * </pre>
 */
public final class Tun implements AutoCloseable {
    public static final String DEVICE = "/dev/net/tun";

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;

    /** {@code _IOW('T', 202, int)}, linux/if_tun.h. */
    private static final long TUNSETIFF = 0x4004_54CA;

    private static final int IFF_TUN = 0x0001;
    /** No header before a packet. */
    private static final int IFF_NO_PI = 0x1000;
    /** Not one of that name that somebody else has made. */
    private static final int IFF_TUN_EXCL = 0x8000;

    private static final int NAME_LENGTH = 16;
    private static final int FLAGS_OFFSET = NAME_LENGTH;
    /** The union's largest member has 24 octets. */
    private static final int IFREQ_LENGTH = FLAGS_OFFSET + 24;

    private static final int EINTR = 4;
    private static final int EAGAIN = 11;

    private final String name;
    private final int fd;
    private boolean closed;

    private Tun(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /** Makes one. It is down, and has no address. */
    public static Tun create(String name) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        if (octets.length == 0 || octets.length >= NAME_LENGTH) {
            throw new IllegalArgumentException("no interface name: " + name);
        }
        NativeMemory path = NativeMemory.allocate(DEVICE.length() + 1);
        path.buffer().put(0, DEVICE.getBytes(StandardCharsets.US_ASCII));
        int fd = LibC.open(path.address(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) {
            throw new LinuxException("open(" + DEVICE + ")", LibC.errno());
        }
        NativeMemory request = NativeMemory.allocate(IFREQ_LENGTH);
        request.buffer().put(0, octets).putShort(FLAGS_OFFSET, (short) (IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL));
        if (LibC.ioctl(fd, TUNSETIFF, request.address()) < 0) {
            int errno = LibC.errno();
            LibC.close(fd);
            throw new LinuxException("ioctl(TUNSETIFF, " + name + ")", errno);
        }
        return new Tun(name, fd);
    }

    /** Readable when a packet waits, and when the interface is gone. */
    public int fd() {
        return fd;
    }

    /**
     * Reads one packet, if any waits; what is longer than there is room for is cut off.
     *
     * @return octets, 0 for none; once somebody has deleted the interface, this fails
     */
    public int read(long address, int octets) {
        long length;
        do {
            length = LibC.read(fd, address, octets);
        } while (length < 0 && LibC.errno() == EINTR);
        if (length >= 0) {
            return (int) length;
        }
        if (LibC.errno() == EAGAIN) {
            return 0;
        }
        throw new LinuxException("read(" + name + ")", LibC.errno());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
