package dev.trigon.linux.bpf;

import dev.trigon.linux.libc.LibC;

/** A file descriptor that is closed once: afterwards the number may be another file's, and is not given out any more. */
final class Descriptor implements AutoCloseable {
    private static final int CLOSED = -1;

    private int fd;

    Descriptor(int fd) {
        this.fd = fd;
    }

    /** What every call answers with EBADF once this is closed. */
    synchronized int fd() {
        return fd;
    }

    @Override
    public synchronized void close() {
        if (fd != CLOSED) {
            LibC.close(fd);
            fd = CLOSED;
        }
    }
}
