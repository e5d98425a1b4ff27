package dev.trigon.conntrack.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the head of a file before Chronicle Map does, which would wait a minute for a file to become ready whose maker
 * is gone.
 *
 * <pre>
 *   0          8        12
 *   +----------+--------+--------------------------+
 *   | checksum | length | the map's layout, a text |      little-endian
 *   +----------+--------+--------------------------+
 *               bit 31 of the length: not ready, being made or recovered
 * </pre>
 */
public final class CellFileHeader {
    private static final int LENGTH_OFFSET = Long.BYTES;
    private static final int TEXT_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    private static final int NOT_READY = 1 << 31;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int LONGEST_TEXT = 64 * 1024;
    private static final Pattern CONSTANT_SIZE = Pattern.compile("\\bconstantSize: (\\d{1,9})\\b");

    private CellFileHeader() {}

    /** Why this is no file of a {@link CellMap} with cells as they are now, in one word; null if it looks like one. */
    public static @Nullable String strangeness(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int length = lengthWord(channel) & LENGTH_MASK;
            if (channel.size() < TEXT_OFFSET) {
                return "truncated";
            }
            if (length == 0 || length > LONGEST_TEXT) {
                return "foreign";
            }
            if (channel.size() < TEXT_OFFSET + length) {
                return "truncated";
            }
            ByteBuffer text = read(channel, TEXT_OFFSET, length);
            String layout = StandardCharsets.ISO_8859_1.decode(text).toString();
            if (!layout.contains(CellKeyAccess.class.getName()) || !layout.contains(CellValueAccess.class.getName())) {
                return "foreign";
            }
            return strangeness(sizes(layout));
        }
    }

    /** Cells have only ever grown. */
    private static @Nullable String strangeness(List<Integer> sizes) {
        if (sizes.equals(List.of(Cell.KEY_LENGTH, Cell.VALUE_LENGTH))) {
            return null;
        }
        boolean larger = sizes.size() == 2 && sizes.get(0) >= Cell.KEY_LENGTH && sizes.get(1) >= Cell.VALUE_LENGTH;
        return larger ? "newer" : "outdated";
    }

    /** What a key and a value take in this file: an existing file's layout goes before the one Chronicle Map is asked for. */
    private static List<Integer> sizes(String layout) {
        return CONSTANT_SIZE
                .matcher(layout)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
    }

    /** Says that the file is ready, if its last user died before it could. Answers whether it had to be said. */
    public static boolean makeReady(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            int word = lengthWord(channel);
            if ((word & NOT_READY) == 0) {
                return false;
            }
            ByteBuffer ready = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(ready.putInt(0, word & ~NOT_READY), LENGTH_OFFSET);
            return true;
        }
    }

    private static int lengthWord(FileChannel channel) throws IOException {
        ByteBuffer word = read(channel, LENGTH_OFFSET, Integer.BYTES);
        return word.remaining() < Integer.BYTES ? 0 : word.getInt(0);
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {
            // a read may stop short of the end
        }
        return buffer.flip();
    }
}
