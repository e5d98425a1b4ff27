package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an HTTP/1.1 answer (RFC 9112): the status line and the fields that say where the body ends. Strict but for one thing,
 * which the RFC allows: a line may end with LF alone.
 */
final class HttpHead {
    static final int MAX_OCTETS = 16_384;
    static final long UNKNOWN_LENGTH = -1;

    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: [^\\x00-\\x08\\x0a-\\x1f\\x7f]*)?");
    private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final int FIRST_FINAL_STATUS = 200;

    private final StringBuilder line = new StringBuilder();
    private int octetsLeft = MAX_OCTETS;
    private int status;
    private long length = UNKNOWN_LENGTH;
    private boolean chunked;
    private boolean complete;

    /** Takes the head's octets and leaves the body's. */
    boolean take(ByteBuffer octets) throws IOException {
        while (!complete && octets.hasRemaining()) {
            if (octetsLeft-- == 0) {
                throw new IOException("its answer's head is longer than " + MAX_OCTETS / 1024 + " KiB");
            }
            char octet = (char) (octets.get() & 0xff);
            if (octet == '\n') {
                takeLine();
            } else {
                line.append(octet);
            }
        }
        return complete;
    }

    private void takeLine() throws IOException {
        int end = line.length();
        String text = line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
        line.setLength(0);
        if (status == 0) {
            takeStatus(text);
        } else if (!text.isEmpty()) {
            takeField(text);
        } else if (status < FIRST_FINAL_STATUS) {
            // RFC 9110, 15.2: an interim answer, which the final one follows
            status = 0;
            length = UNKNOWN_LENGTH;
            chunked = false;
        } else {
            complete = true;
        }
    }

    private void takeStatus(String text) throws IOException {
        Matcher matcher = STATUS_LINE.matcher(text);
        if (!matcher.matches()) {
            throw new IOException("it does not speak HTTP/1: '" + Reasons.line(text) + "'");
        }
        status = Integer.parseInt(matcher.group(1));
    }

    private void takeField(String text) throws IOException {
        Matcher matcher = FIELD.matcher(text);
        if (!matcher.matches()) {
            throw new IOException("its answer has a field that is none: '" + Reasons.line(text) + "'");
        }
        String value = matcher.group(2);
        switch (matcher.group(1).toLowerCase(Locale.ROOT)) {
            case "content-length" -> takeLength(value);
            // RFC 9112, 6.1: chunked is the last coding, where it is there
            case "transfer-encoding" -> chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
            default -> {}
        }
    }

    private void takeLength(String value) throws IOException {
        if (!LENGTH.matcher(value).matches() || (length != UNKNOWN_LENGTH && length != Long.parseLong(value))) {
            throw new IOException("its answer has the Content-Length '" + Reasons.line(value) + "'");
        }
        length = Long.parseLong(value);
    }

    boolean isEmpty() {
        return octetsLeft == MAX_OCTETS;
    }

    int status() {
        return status;
    }

    /** Of the body; {@link #UNKNOWN_LENGTH}: to the end of the connection. Nothing where it is chunked. */
    long length() {
        return length;
    }

    boolean isChunked() {
        return chunked;
    }
}
