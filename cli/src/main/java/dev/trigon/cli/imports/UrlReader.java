package dev.trigon.cli.imports;

import dev.trigon.cli.imports.Health.Probe;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what HTTP_GET and SSL_GET ask for, and which answer they take. */
final class UrlReader {
    private static final Set<String> READ =
            Set.of("path", "digest", "status_code", "virtualhost", "regex", "regex_no_match");
    private static final Pattern CODES = Pattern.compile("[1-5][0-9]{2}(-[1-5][0-9]{2})?");
    private static final String SUCCESS = "200-299";
    /** What means itself in a regular expression. */
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9 _/:,=<>\"'-]+");

    private final Report report;

    UrlReader(Report report) {
        this.report = report;
    }

    Probe read(String type, Statement check, Settings settings, @Nullable Integer port) {
        List<Statement> urls = check.block().stream()
                .filter(statement -> statement.keyword().equals("url"))
                .toList();
        for (Statement other : urls.subList(Math.min(1, urls.size()), urls.size())) {
            report.lost(
                    other.line(),
                    "a service's check asks for one url: the first is written, and this one is not",
                    "let the server have one that looks after both");
        }
        if (urls.isEmpty()) {
            return new Probe(type, port, "/", settings.text("virtualhost"), SUCCESS, null, null, List.of());
        }
        Statement url = urls.get(0);
        for (Statement key : url.block()) {
            if (!READ.contains(key.keyword())) {
                KeepalivedKeys.pass(key, report);
            }
        }
        Settings own = new Settings(url, settings, report);
        Statement path = own.own("path");
        return new Probe(
                type,
                port,
                path == null || path.word(1).isEmpty() ? "/" : path.word(1),
                own.text("virtualhost"),
                codes(own),
                body(own),
                null,
                List.of());
    }

    private String codes(Settings url) {
        Statement codes = url.own("status_code");
        if (codes == null) {
            return SUCCESS;
        }
        String first = codes.word(1);
        if (!CODES.matcher(first).matches()) {
            report.lost(
                    codes.line(),
                    Text.quoted(first) + " is no status code: taken as " + SUCCESS,
                    "set `expect` to what is meant");
            return SUCCESS;
        }
        if (codes.words().size() > 2) {
            report.lost(
                    codes.line(),
                    "a check expects one range of status codes: the first is written",
                    "widen `expect` to one range that has them all");
        }
        return first;
    }

    private @Nullable String body(Settings url) {
        Statement digest = url.own("digest");
        if (digest != null) {
            report.lost(
                    digest.line(),
                    "a digest of the page is not compared: left out",
                    "set `body` to a text that a good page has");
        }
        Statement regex = url.own("regex");
        if (regex == null) {
            return null;
        }
        if (url.own("regex_no_match") == null && LITERAL.matcher(regex.word(1)).matches()) {
            return regex.word(1);
        }
        report.lost(
                regex.line(),
                "a regular expression is not compared: left out",
                "set `body` to a text that a good page has");
        return null;
    }
}
