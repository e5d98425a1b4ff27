package dev.trigon.dataplane.service;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Octets as operators write them: printable ASCII, with {@code \xNN} for any octet and {@code \\} for a backslash. */
public record EscapedText(String text) {
    public static final int MAX_LENGTH = 2_048;

    private static final Pattern FORM =
            Pattern.compile("[ -\\[\\]-~]*+(?:\\\\(?:x[0-9a-fA-F]{2}|\\\\)[ -\\[\\]-~]*+)*+");
    private static final int HEX = 16;

    /** Whether it has no other octets, and every backslash begins an escape. */
    public static boolean isValid(String text) {
        return text.length() <= MAX_LENGTH && FORM.matcher(text).matches();
    }

    public byte[] octets() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int escape = text.indexOf('\\', at);
            int plainEnd = escape < 0 ? text.length() : escape;
            octets.writeBytes(text.substring(at, plainEnd).getBytes(StandardCharsets.US_ASCII));
            at = escape < 0 ? plainEnd : escaped(escape + 1, octets);
        }
        return octets.toByteArray();
    }

    /** @return where the text goes on */
    private int escaped(int at, ByteArrayOutputStream octets) {
        if (text.charAt(at) == '\\') {
            octets.write('\\');
            return at + 1;
        }
        octets.write(Integer.parseInt(text.substring(at + 1, at + 3), HEX));
        return at + 3;
    }
}
