package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;

/** An answer's body, of which the end is known: one that broke off is no shorter one. */
final class ControlBody extends InputStream {
    /** Hexadecimal digits of a chunk's size, and extensions, which vipd has none of. */
    private static final int MAX_SIZE_LINE = 64;

    private final InputStream in;
    private final boolean chunked;
    /** Octets left of the chunk, or of all. */
    private long left;

    private boolean first = true;
    private boolean ended;

    private ControlBody(InputStream in, boolean chunked, long left) {
        this.in = in;
        this.chunked = chunked;
        this.left = left;
    }

    static InputStream sized(InputStream in, long octets) {
        return new ControlBody(in, false, octets);
    }

    static InputStream chunked(InputStream in) {
        return new ControlBody(in, true, 0);
    }

    static IOException notWhole() {
        return new IOException("its answer is not whole");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (left == 0 && chunked && !ended) {
            nextChunk();
        }
        if (left == 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw notWhole();
        }
        left -= count;
        return count;
    }

    private void nextChunk() throws IOException {
        if (!first && !line().isEmpty()) {
            throw notWhole();
        }
        first = false;
        String size = line();
        int extension = size.indexOf(';');
        String digits = (extension < 0 ? size : size.substring(0, extension)).strip();
        if (!digits.matches("[0-9A-Fa-f]{1,8}")) {
            throw notWhole();
        }
        left = Long.parseLong(digits, 16);
        ended = left == 0;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int octet = in.read();
        while (octet >= 0 && octet != '\n' && line.length() < MAX_SIZE_LINE) {
            line.append((char) octet);
            octet = in.read();
        }
        if (octet != '\n') {
            throw notWhole();
        }
        return line.toString().strip();
    }
}
