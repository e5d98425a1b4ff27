package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntPredicate;

/** The body of an HTTP/1.1 answer, octet by octet, and nothing of it kept. */
final class HttpBody {
    /** RFC 9112, 7.1: a chunk's size in hex, what an extension says, the chunk, and so on to one of size 0. */
    private enum Part {
        SIZE,
        EXTENSION,
        DATA,
        DATA_END,
        OVER
    }

    private static final int MAX_SIZE_DIGITS = 15;
    private static final int HEX = 16;

    private final boolean chunked;
    private Part part;
    private long left;
    private int digits;

    /** @param head which is complete */
    HttpBody(HttpHead head) {
        chunked = head.isChunked();
        left = chunked ? 0 : head.length() == HttpHead.UNKNOWN_LENGTH ? Long.MAX_VALUE : head.length();
        part = chunked ? Part.SIZE : left == 0 ? Part.OVER : Part.DATA;
    }

    /** @param enough told each octet, until it says that it has seen enough */
    boolean take(ByteBuffer octets, IntPredicate enough) throws IOException {
        while (part != Part.OVER && octets.hasRemaining()) {
            int octet = octets.get() & 0xff;
            switch (part) {
                case SIZE -> takeSize(octet);
                case EXTENSION -> endSizeAt(octet);
                case DATA -> {
                    if (enough.test(octet)) {
                        return true;
                    }
                    left--;
                    part = left > 0 ? Part.DATA : chunked ? Part.DATA_END : Part.OVER;
                }
                case DATA_END -> {
                    if (octet == '\n') {
                        part = Part.SIZE;
                        digits = 0;
                    }
                }
                case OVER -> {}
            }
        }
        return false;
    }

    private void takeSize(int octet) throws IOException {
        int digit = Character.digit(octet, HEX);
        if (digit >= 0 && digits < MAX_SIZE_DIGITS) {
            left = left * HEX + digit;
            digits++;
        } else if (digits > 0 && (octet == ';' || octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n')) {
            part = Part.EXTENSION;
            endSizeAt(octet);
        } else {
            throw new IOException("its answer has a chunk without a size");
        }
    }

    private void endSizeAt(int octet) {
        if (octet == '\n') {
            part = left == 0 ? Part.OVER : Part.DATA;
        }
    }

    boolean isOver() {
        return part == Part.OVER;
    }
}
