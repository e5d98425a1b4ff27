package dev.trigon.dataplane.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes a file so that at any moment it is the old one or the new one, whole: written beside it, forced to the disk, renamed
 * over it, and the rename forced to the disk too.
 */
final class AtomicFile {
    /** What is written beside has its name, and this. */
    static final String BESIDE = ".new";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private AtomicFile() {}

    static void write(Path directory, String name, byte[] octets) throws IOException {
        Path beside = directory.resolve(name + BESIDE);
        ByteBuffer left = ByteBuffer.wrap(octets);
        Files.deleteIfExists(beside);
        try (FileChannel out =
                FileChannel.open(beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
        Files.move(beside, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }
}
