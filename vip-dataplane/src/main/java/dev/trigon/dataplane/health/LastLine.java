package dev.trigon.dataplane.health;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The last line of what a command says that is not blank, or its end where it is long. The rest is thrown away as it comes. */
final class LastLine {
    private static final int KEPT = 1_024;

    private final byte[] octets = new byte[KEPT];
    private int length;

    /**
     * Takes what is there, and waits for nothing. False where it could not: as a process ends, Java closes its output and then puts
     * what was left of it in its place.
     */
    boolean take(InputStream output) {
        try {
            takeAvailable(output);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void takeAvailable(InputStream output) throws IOException {
        for (int available = output.available(); available > 0; available = output.available()) {
            byte[] more = output.readNBytes(Math.min(available, KEPT));
            int kept = Math.min(length, KEPT - more.length);
            System.arraycopy(octets, length - kept, octets, 0, kept);
            System.arraycopy(more, 0, octets, kept, more.length);
            length = kept + more.length;
        }
    }

    /** Nothing where nothing was said. */
    String afterColon() {
        String text = new String(octets, 0, length, StandardCharsets.UTF_8).strip();
        String line = text.substring(text.lastIndexOf('\n') + 1).strip();
        return line.isEmpty() ? "" : ": " + Reasons.line(line);
    }
}
