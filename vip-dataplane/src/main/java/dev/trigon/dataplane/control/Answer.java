package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ErrorView;
import dev.trigon.dataplane.service.Refusal;
import java.util.Map;
import java.util.TreeMap;

/** What goes back: an HTTP status, and a record that becomes its JSON. */
record Answer(int status, Object body, Map<String, String> headers) {
    static Answer ok(Object body) {
        return new Answer(200, body, Map.of());
    }

    /** @param path of what was made; names need no escapes in it */
    static Answer created(Object body, String path) {
        return new Answer(201, body, Map.of("Location", path));
    }

    static Answer refused(Refusal refusal) {
        int status = switch (refusal.kind()) {
            case MALFORMED -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case STALE -> 412;
            case INVALID -> 422;
            case NOT_SAVED -> 507;
        };
        return error(status, refusal.what(), refusal.why(), refusal.remedy());
    }

    static Answer error(int status, String what, String why, String remedy) {
        return new Answer(status, new ErrorView(new ErrorView.Detail(what, why, remedy)), Map.of());
    }

    /** With the revision that it is about, for an If-Match. */
    Answer at(long revision) {
        return with("ETag", "\"" + revision + "\"");
    }

    Answer with(String header, String value) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put(header, value);
        return new Answer(status, body, all);
    }
}
