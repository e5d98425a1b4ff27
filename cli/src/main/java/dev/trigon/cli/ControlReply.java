package dev.trigon.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * vipd's answer, whatever it is.
 *
 * @param headers by name in lower case
 */
record ControlReply(int status, Map<String, String> headers, String body) {
    boolean isSuccess() {
        return status / 100 == 2;
    }

    @Nullable
    String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Reads a whole HTTP/1.1 response of the kind vipd sends: of a stated length (RFC 9112, section 6.2), then the end. */
    static ControlReply parse(byte[] octets) throws IOException {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int headEnd = text.indexOf("\r\n\r\n");
        if (!text.matches("(?s)HTTP/1\\.1 [1-5][0-9]{2}[ \r].*") || headEnd < 0) {
            throw new IOException("its answer is no HTTP");
        }
        List<String> lines = text.substring(0, headEnd).lines().toList();
        Map<String, String> headers = lines.stream()
                .skip(1)
                .filter(line -> line.indexOf(':') > 0)
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line -> line.substring(line.indexOf(':') + 1).strip(),
                        (first, second) -> first));
        byte[] body = Arrays.copyOfRange(octets, headEnd + 4, octets.length);
        if (!Integer.toString(body.length).equals(headers.get("content-length"))) {
            throw new IOException("its answer is not whole");
        }
        return new ControlReply(
                Integer.parseInt(text.substring(9, 12)), headers, new String(body, StandardCharsets.UTF_8));
    }
}
