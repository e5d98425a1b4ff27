package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.EscapedText;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.StatusRange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a health check that say what it asks, and which answer is a good one. Null where one is left out. */
final class ProbeFields {
    private static final Pattern PATH = Pattern.compile("/[!-~]{0,1023}");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\\[[0-9A-Fa-f:.]{2,45}](?::[0-9]{1,5})?");
    private static final Pattern STATUS = Pattern.compile("([0-9]{3})(?:-([0-9]{3}))?");
    /** RFC 1035, 2.3.4: labels of 63 octets, names of 255, of which two are lengths. */
    private static final Pattern DOMAIN =
            Pattern.compile("\\.|(?=.{1,253}\\.?$)[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63})*\\.?");

    private static final int MAX_BODY = 256;
    private static final int MAX_WORDS = 64;
    private static final int MAX_WORD = 1_024;

    private final Source source;
    private final Fields health;

    ProbeFields(Source source, Fields health) {
        this.source = source;
        this.health = health;
    }

    @Nullable
    String path() throws Refusal {
        return matching("path", PATH, "give one that begins with / and has no spaces, such as /healthz");
    }

    @Nullable
    String host() throws Refusal {
        return matching("host", HOST, "give a name such as www.example.org, or an IPv6 address in brackets");
    }

    @Nullable
    String query() throws Refusal {
        return matching("query", DOMAIN, "give a domain name such as example.org");
    }

    private @Nullable String matching(String key, Pattern form, String remedy) throws Refusal {
        Located.Scalar value = health.optionalText(key);
        if (value != null && !form.matcher(value.text()).matches()) {
            throw source.invalid(value, "'" + key + "' is '" + value.text() + "'", remedy);
        }
        return value == null ? null : value.text();
    }

    @Nullable
    String body() throws Refusal {
        Located.Scalar value = health.optionalText("body");
        if (value != null && (value.text().isEmpty() || value.text().length() > MAX_BODY)) {
            throw source.invalid(
                    value,
                    "'body' has " + value.text().length() + " characters",
                    "give a text of 1 to " + MAX_BODY + " that the page contains");
        }
        return value == null ? null : value.text();
    }

    @Nullable
    EscapedText escaped(String key) throws Refusal {
        Located.Scalar value = health.optionalText(key);
        if (value != null && !EscapedText.isValid(value.text())) {
            throw source.invalid(
                    value,
                    "'" + key + "' is not printable ASCII with \\xNN for other octets and \\\\ for a backslash, of "
                            + EscapedText.MAX_LENGTH + " characters at most",
                    "write such as 'ping\\x0a', in YAML in single quotes");
        }
        return value == null ? null : new EscapedText(value.text());
    }

    @Nullable
    EscapedText send() throws Refusal {
        EscapedText send = escaped("send");
        if (send != null && send.text().isEmpty()) {
            throw source.invalid(
                    health.required("send"), "'send' is empty", "give one octet at least, such as '\\x00'");
        }
        return send;
    }

    @Nullable
    List<StatusRange> expect() throws Refusal {
        Located node = health.get("expect");
        if (node == null) {
            return null;
        }
        List<StatusRange> ranges = new ArrayList<>();
        for (Located item : node instanceof Located.Sequence sequence ? sequence.items() : List.of(node)) {
            String text = item instanceof Located.Scalar scalar ? scalar.text() : item.described();
            for (String part : text.split(",", -1)) {
                ranges.add(range(item, part.strip()));
            }
        }
        if (ranges.isEmpty()) {
            throw source.invalid(node, "'expect' is empty", "give status codes such as 200, 200-299 or 200,301");
        }
        return ranges;
    }

    private StatusRange range(Located at, String text) throws Refusal {
        Matcher matcher = STATUS.matcher(text);
        if (matcher.matches()) {
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (StatusRange.MIN <= first && first <= last && last <= StatusRange.MAX) {
                return new StatusRange(first, last);
            }
        }
        throw source.invalid(
                at,
                "'expect' has '" + text + "'",
                "give status codes from " + StatusRange.MIN + " to " + StatusRange.MAX
                        + ", such as 200, 200-299 or 200,301");
    }

    @Nullable
    List<String> command() throws Refusal {
        if (!health.has("command")) {
            return null;
        }
        List<String> words = new ArrayList<>();
        for (Located item : health.list("command")) {
            words.add(word(item));
        }
        if (words.isEmpty() || words.size() > MAX_WORDS || !words.get(0).startsWith("/")) {
            throw source.invalid(
                    health.required("command"),
                    "'command' is no program's path and up to " + (MAX_WORDS - 1) + " arguments",
                    "give a list of words that begins with a path, such as [/usr/local/bin/check-web, -q]");
        }
        return words;
    }

    private String word(Located item) throws Refusal {
        if (item instanceof Located.Scalar scalar
                && scalar.kind() != Located.Kind.NULL
                && scalar.text().length() <= MAX_WORD
                && scalar.text().indexOf('\0') < 0) {
            return scalar.text();
        }
        throw source.invalid(
                item,
                "'command' has " + item.described() + " where a word is expected",
                "give words of " + MAX_WORD + " characters at most");
    }
}
