package dev.trigon.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where vipctl prints to. It knows what became of that: those who write through a PrintWriter are not told. */
final class StandardOutput extends FilterOutputStream {
    private final boolean readByAnother;
    private @Nullable IOException failure;

    /** @param readByAnother whether another process takes what is printed, and may have enough of it */
    StandardOutput(OutputStream out, boolean readByAnother) {
        super(out);
        this.readByAnother = readByAnother;
    }

    static StandardOutput ofThisProcess() {
        return new StandardOutput(
                new FileOutputStream(FileDescriptor.out), isReadByAnother(Path.of("/proc/self/fd/1")));
    }

    /** Whether it is a pipe, a socket or a terminal: a write to one fails once nobody is there to read. */
    static boolean isReadByAnother(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:") || target.startsWith("/dev/pts/");
        } catch (IOException unknown) {
            return false;
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            out.write(octets, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Why what was printed is not where it was to go; null: it is, or whoever read it has had enough. */
    @Nullable
    String trouble() {
        return failure == null || readByAnother ? null : String.valueOf(failure.getMessage());
    }
}
