package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;

/**
 * Lets one thread sleep until a descriptor has something to read or another thread wakes it: poll(2) over the
 * descriptors and an eventfd(2).
 *
 * <pre>
 * struct pollfd {        // poll.h
 *     int   fd;          // 0
 *     short events;      // 4
 *     short revents;     // 6
 * };
 * </pre>
 */
public final class Wakeup implements AutoCloseable {
    private static final int POLLFD_FD_OFFSET = 0;
    private static final int POLLFD_EVENTS_OFFSET = 4;
    private static final int POLLFD_REVENTS_OFFSET = 6;
    private static final int POLLFD_LENGTH = 8;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int COUNTER_LENGTH = 8;

    private final int eventFd;
    private final int count;
    private final NativeMemory fds;
    private final NativeMemory drained = NativeMemory.allocate(COUNTER_LENGTH);
    private final NativeMemory one = NativeMemory.allocate(COUNTER_LENGTH);

    private boolean closed;

    public Wakeup(int... watchedFds) {
        count = 1 + watchedFds.length;
        fds = NativeMemory.allocate(count * POLLFD_LENGTH);
        eventFd = LibC.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (eventFd < 0) {
            throw new LinuxException("eventfd(0)", LibC.errno());
        }
        one.buffer().putLong(0, 1);
        watch(0, eventFd);
        for (int i = 0; i < watchedFds.length; i++) {
            watch(i + 1, watchedFds[i]);
        }
    }

    private void watch(int slot, int fd) {
        fds.buffer().putInt(slot * POLLFD_LENGTH + POLLFD_FD_OFFSET, fd);
        fds.buffer().putShort(slot * POLLFD_LENGTH + POLLFD_EVENTS_OFFSET, LibC.POLLIN);
    }

    /** Sleeps until a descriptor is readable, {@link #wake} is called or the time is over. */
    public void await(int timeoutMs) {
        LibC.poll(fds.address(), count, timeoutMs);
        if (fds.buffer().getShort(POLLFD_REVENTS_OFFSET) != 0) {
            LibC.read(eventFd, drained.address(), COUNTER_LENGTH);
        }
    }

    /** Whether the n-th watched descriptor, from 0 on, was readable when the last sleep ended. */
    public boolean wasReadable(int watched) {
        return fds.buffer().getShort((1 + watched) * POLLFD_LENGTH + POLLFD_REVENTS_OFFSET) != 0;
    }

    /** Ends the sleep, or the next one if none is on. Any thread may call it, also when this has been closed. */
    public synchronized void wake() {
        // once closed, the descriptor's number may be another file's
        if (!closed) {
            LibC.write(eventFd, one.address(), COUNTER_LENGTH);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(eventFd);
        }
    }
}
