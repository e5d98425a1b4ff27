package dev.trigon.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an answer of vipd's begins with.
 *
 * @param headers by name in lower case
 */
record ControlHead(int status, Map<String, String> headers) {
    private static final int MAX_OCTETS = 64 * 1024;
    private static final String END = "\r\n\r\n";

    boolean isSuccess() {
        return status / 100 == 2;
    }

    @Nullable
    String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Reads as far as the empty line, and no further. */
    static ControlHead read(InputStream in) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < END.length()) {
            int octet = in.read();
            if (octet < 0 || octets.size() >= MAX_OCTETS) {
                throw new IOException("its answer is no HTTP");
            }
            octets.write(octet);
            matched = octet == END.charAt(matched) ? matched + 1 : octet == '\r' ? 1 : 0;
        }
        String text = octets.toString(StandardCharsets.ISO_8859_1);
        if (!text.matches("(?s)HTTP/1\\.1 [1-5][0-9]{2}[ \r].*")) {
            throw new IOException("its answer is no HTTP");
        }
        List<String> lines = text.lines().toList();
        Map<String, String> headers = lines.stream()
                .skip(1)
                .filter(line -> line.indexOf(':') > 0)
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line -> line.substring(line.indexOf(':') + 1).strip(),
                        (first, second) -> first));
        return new ControlHead(Integer.parseInt(text.substring(9, 12)), headers);
    }

    /** What follows on the connection, as one body: in chunks (RFC 9112, section 7.1), or of a stated length (section 6.2). */
    InputStream body(InputStream in) throws IOException {
        if ("chunked".equalsIgnoreCase(header("transfer-encoding"))) {
            return ControlBody.chunked(in);
        }
        String length = header("content-length");
        if (length == null || !length.matches("[0-9]{1,18}")) {
            throw ControlBody.notWhole();
        }
        return ControlBody.sized(in, Long.parseLong(length));
    }
}
