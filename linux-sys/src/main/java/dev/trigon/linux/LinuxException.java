package dev.trigon.linux;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** A system call that failed: which one, on what, and why. */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param call the call with its arguments, as a reader would write it: {@code bind(AF_PACKET, eth0)} */
    public LinuxException(String call, int errno) {
        super(call + ": " + describe(errno) + " (errno " + errno + ")");
        this.errno = errno;
    }

    /** @param detail what the kernel says besides the errno */
    public LinuxException(String call, int errno, String detail) {
        super(call + ": " + describe(errno) + " (errno " + errno + "): " + detail);
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }

    /** strerror(3)'s words for an errno. */
    public static String describe(int errno) {
        Pointer text = NativeLibrary.getInstance("c").getFunction("strerror").invokePointer(new Object[] {errno});
        return text.getString(0);
    }
}
