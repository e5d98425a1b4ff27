package dev.trigon.linux.libc;

import com.sun.jna.Native;

/**
 * Direct-mapped libc functions. Every pointer is an address as a long and every size_t a long, so that a call passes
 * primitives only and allocates nothing. A result of -1 means that {@link #errno()} has the cause.
 */
public final class LibC {
    public static final int AF_PACKET = 17;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final short POLLIN = 0x001;
    public static final short POLLERR = 0x008;
    /** What {@link #mmap} returns when it failed: (void *) -1. */
    public static final long MAP_FAILED = -1;

    static {
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    /** errno of this thread's last call here: JNA keeps it a thread, as libc does. */
    public static int errno() {
        return Native.getLastError();
    }

    /** {@code uid_t geteuid(void)}, unistd.h. */
    public static native int geteuid();

    /** {@code int socket(int domain, int type, int protocol)}, sys/socket.h. */
    public static native int socket(int domain, int type, int protocol);

    /** {@code int bind(int fd, const struct sockaddr *addr, socklen_t len)}, sys/socket.h. */
    public static native int bind(int fd, long address, int length);

    /** {@code int setsockopt(int fd, int level, int name, const void *value, socklen_t len)}, sys/socket.h. */
    public static native int setsockopt(int fd, int level, int name, long value, int length);

    /** {@code int getsockopt(int fd, int level, int name, void *value, socklen_t *len)}, sys/socket.h. */
    public static native int getsockopt(int fd, int level, int name, long value, long length);

    /** {@code ssize_t send(int fd, const void *buf, size_t len, int flags)}, sys/socket.h. */
    public static native long send(int fd, long buffer, long length, int flags);

    /** {@code ssize_t recv(int fd, void *buf, size_t len, int flags)}, sys/socket.h. */
    public static native long recv(int fd, long buffer, long length, int flags);

    /** {@code int sendmmsg(int fd, struct mmsghdr *vec, unsigned int n, int flags)}, sys/socket.h. */
    public static native int sendmmsg(int fd, long messages, int count, int flags);

    /** {@code ssize_t sendto(int fd, const void *buf, size_t n, int flags, const struct sockaddr *to, socklen_t len)}. */
    public static native long sendto(int fd, long buffer, long length, int flags, long to, int toLength);

    /** {@code ssize_t recvfrom(int fd, void *buf, size_t n, int flags, struct sockaddr *from, socklen_t *len)}. */
    public static native long recvfrom(int fd, long buffer, long length, int flags, long from, long fromLength);

    /** {@code void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)}, sys/mman.h. */
    public static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

    /** {@code int munmap(void *addr, size_t len)}, sys/mman.h. */
    public static native int munmap(long address, long length);

    /** {@code int poll(struct pollfd *fds, nfds_t n, int timeout)}, poll.h. */
    public static native int poll(long fds, long count, int timeoutMs);

    /** {@code int eventfd(unsigned int initval, int flags)}, sys/eventfd.h. */
    public static native int eventfd(int initial, int flags);

    /** {@code int open(const char *path, int flags, ...)}, fcntl.h: what makes no file. */
    public static native int open(long path, int flags);

    /** {@code ssize_t read(int fd, void *buf, size_t n)}, unistd.h. */
    public static native long read(int fd, long buffer, long length);

    /** {@code ssize_t write(int fd, const void *buf, size_t n)}, unistd.h. */
    public static native long write(int fd, long buffer, long length);

    /** {@code int clock_gettime(clockid_t clock, struct timespec *ts)}, time.h. */
    public static native int clock_gettime(int clock, long timespec);

    /** {@code int adjtimex(struct timex *buf)}, sys/timex.h. */
    public static native int adjtimex(long timex);

    /** {@code int sched_setaffinity(pid_t pid, size_t cpusetsize, const cpu_set_t *mask)}, sched.h. 0 is the calling thread. */
    public static native int sched_setaffinity(int pid, long length, long mask);

    /** {@code int sched_getaffinity(pid_t pid, size_t cpusetsize, cpu_set_t *mask)}, sched.h. 0 is the calling thread. */
    public static native int sched_getaffinity(int pid, long length, long mask);

    /** {@code int close(int fd)}, unistd.h. */
    public static native int close(int fd);

    /** {@code int ioctl(int fd, unsigned long request, ...)}, sys/ioctl.h. */
    public static native int ioctl(int fd, long request, long argument);

    /** {@code long syscall(long number, ...)}, unistd.h: for what libc has no function for. */
    public static native long syscall(long number, long a, long b, long c);
}
