package dev.trigon.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A setting of the kernel under /proc/sys; those of net are the network namespace's own.
 *
 * @param path the name's parts, in order; a part may contain dots, as an interface's name can
 */
public record Sysctl(List<String> path) {
    private static final Path ROOT = Path.of("/proc/sys");
    private static final int ENOENT = 2;
    private static final int EIO = 5;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;

    public Sysctl {
        path = List.copyOf(path);
        if (path.isEmpty() || path.stream().anyMatch(Sysctl::isNoPart)) {
            throw new IllegalArgumentException("no sysctl: " + path);
        }
    }

    private static boolean isNoPart(String part) {
        return part.isEmpty() || part.equals(".") || part.equals("..") || part.contains("/");
    }

    /** {@code net.ipv4.conf.INTERFACE.SETTING}; the interface may be {@code all} or {@code default}. */
    public static Sysctl ipv4Interface(String interfaceName, String setting) {
        return new Sysctl(List.of("net", "ipv4", "conf", interfaceName, setting));
    }

    /** A name as {@link #name} gives it: dots part it, and a slash stands for a dot within a part. */
    public static Sysctl parse(String name) {
        return new Sysctl(List.of(name.split("\\.", -1)).stream()
                .map(part -> part.replace('/', '.'))
                .toList());
    }

    /** As sysctl(8) takes it: {@code net.ipv4.conf.eth0/100.rp_filter} is interface eth0.100's. */
    public String name() {
        return String.join(
                ".", path.stream().map(part -> part.replace('.', '/')).toList());
    }

    public boolean exists() {
        return Files.exists(file());
    }

    /** The value without the newline at its end. */
    public String read() {
        try {
            return Files.readString(file()).stripTrailing();
        } catch (IOException e) {
            throw failure("read(" + name() + ")", e);
        }
    }

    public int readInt() {
        String value = read();
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            LinuxException failure = new LinuxException("read(" + name() + "), \"" + value + "\"", EINVAL);
            failure.initCause(e);
            throw failure;
        }
    }

    public void write(String value) {
        try {
            Files.writeString(file(), value, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failure("write(" + name() + ", " + value + ")", e);
        }
    }

    private Path file() {
        return ROOT.resolve(String.join("/", path));
    }

    private static LinuxException failure(String call, IOException cause) {
        LinuxException failure;
        if (cause instanceof NoSuchFileException) {
            failure = new LinuxException(call, ENOENT);
        } else if (cause instanceof AccessDeniedException) {
            failure = new LinuxException(call, EACCES);
        } else {
            // an IOException has the errno's words, and no errno
            failure = new LinuxException(call + ", " + cause.getMessage(), EIO);
        }
        failure.initCause(cause);
        return failure;
    }

    @Override
    public String toString() {
        return name();
    }
}
