package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a change is asked for with.
 *
 * @param command what it is called in the history
 * @param ifRevision only while this one is in force; null: whichever is
 * @param confirmWithin or it goes back by itself; null: it stays
 */
record Terms(
        String command, @Nullable Long ifRevision, @Nullable Duration confirmWithin) {
    /** As {@link Answer#at} writes it. */
    private static final Pattern TAG = Pattern.compile("\"([0-9]{1,18})\"");

    static Terms of(String command) {
        return new Terms(command, null, null);
    }

    /** With what the request says in If-Match (RFC 9110, section 13.1.1). */
    static Terms of(Call call, String command) throws Refusal {
        String tag = call.ifMatch();
        if (tag == null || tag.equals("*")) {
            return of(command);
        }
        Matcher matcher = TAG.matcher(tag.strip());
        if (!matcher.matches()) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED,
                    "the request",
                    "If-Match is '" + tag + "', which is no revision",
                    "give one as ETag has it, such as \"12\"");
        }
        return new Terms(command, Long.parseLong(matcher.group(1)), null);
    }

    Terms confirmedWithin(@Nullable Duration within) {
        return new Terms(command, ifRevision, within);
    }

    /** Refused where another revision is in force than the one that was looked at. */
    void check(long revision) throws Refusal {
        if (ifRevision != null && ifRevision != revision) {
            throw new Refusal(
                    Refusal.Kind.STALE,
                    "the change",
                    "it was made for revision " + ifRevision + ", and " + revision
                            + " is in force: it was changed meanwhile",
                    "look again with `vipctl history` and `vipctl plan`, and give the revision that those show");
        }
    }
}
