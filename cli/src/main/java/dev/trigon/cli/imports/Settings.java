package dev.trigon.cli.imports;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a block of keepalived.conf says, and where it says nothing, the block around it. */
final class Settings {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,8}(\\.[0-9]{1,6})?");

    private final Statement block;
    private final @Nullable Settings around;
    private final Report report;

    Settings(Statement block, @Nullable Settings around, Report report) {
        this.block = block;
        this.around = around;
        this.report = report;
    }

    /** Of this block alone. */
    @Nullable
    Statement own(String... keywords) {
        return block.last(List.of(keywords));
    }

    @Nullable
    Statement find(String... keywords) {
        Statement own = own(keywords);
        return own != null || around == null ? own : around.find(keywords);
    }

    @Nullable
    String text(String... keywords) {
        Statement found = find(keywords);
        return found == null || found.word(1).isEmpty() ? null : found.word(1);
    }

    int number(int otherwise, int least, int most, String... keywords) {
        Statement found = find(keywords);
        if (found == null) {
            return otherwise;
        }
        try {
            return Text.number(Text.quoted(found.keyword()), found.word(1), least, most);
        } catch (Misfit e) {
            report.lost(found.line(), e.why() + ", and taken as " + otherwise, e.remedy());
            return otherwise;
        }
    }

    /** A time in seconds, which may have a fraction. */
    long ms(String keyword, long otherwise) {
        Statement found = find(keyword);
        if (found == null) {
            return otherwise;
        }
        if (!SECONDS.matcher(found.word(1)).matches()) {
            report.lost(
                    found.line(),
                    Text.quoted(keyword) + " is " + Text.quoted(found.word(1)) + ", which is no time: taken as "
                            + Text.duration(otherwise),
                    "correct it");
            return otherwise;
        }
        return Math.round(Double.parseDouble(found.word(1)) * 1_000);
    }
}
