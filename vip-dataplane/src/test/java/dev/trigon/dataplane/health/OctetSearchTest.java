package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OctetSearchTest {
    /** Over an alphabet of two, where every way of going back is met. */
    @Test
    void shouldFindWhatStringsFind() {
        Random random = new Random(20);
        for (int i = 0; i < 20_000; i++) {
            String wanted = text(random, 1 + random.nextInt(8));
            String text = text(random, random.nextInt(40));
            assertThat(find(wanted, text)).as("%s in %s", wanted, text).isEqualTo(text.indexOf(wanted));
        }
    }

    private static String text(Random random, int length) {
        return random.ints(length, 'a', 'c')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static int find(String wanted, String text) {
        OctetSearch search = new OctetSearch(wanted.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < text.length(); i++) {
            if (search.endsWith(text.charAt(i))) {
                return i - wanted.length() + 1;
            }
        }
        return -1;
    }
}
