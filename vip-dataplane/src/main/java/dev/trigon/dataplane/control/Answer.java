package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ErrorView;
import dev.trigon.dataplane.service.Refusal;
import java.util.Map;

/** What goes back: an HTTP status, and a record that becomes its JSON. */
record Answer(int status, Object body, Map<String, String> headers) {
    static Answer ok(Object body) {
        return new Answer(200, body, Map.of());
    }

    static Answer created(Object body) {
        return new Answer(201, body, Map.of());
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
        return new Answer(status, body, Map.of(header, value));
    }
}
