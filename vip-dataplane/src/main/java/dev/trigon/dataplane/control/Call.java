package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that has been matched to what answers it. */
final class Call {
    private final Map<String, String> segments;
    private final Map<String, String> query;
    private final @Nullable String ifMatch;
    private final byte[] body;

    /**
     * @param segments of the path, by the name that the route gives them
     * @param query parameters by name
     * @param ifMatch the header of that name
     */
    Call(Map<String, String> segments, Map<String, String> query, @Nullable String ifMatch, byte[] body) {
        this.segments = Map.copyOf(segments);
        this.query = Map.copyOf(query);
        this.ifMatch = ifMatch;
        this.body = body;
    }

    byte[] body() {
        return body;
    }

    String segment(String name) {
        String value = segments.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no segment " + name);
        }
        return value;
    }

    @Nullable
    String ifMatch() {
        return ifMatch;
    }

    Map<String, String> query() {
        return query;
    }

    @Nullable
    String query(String name) {
        return query.get(name);
    }

    boolean flag(String name) throws Refusal {
        String value = query.get(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED, "the request", "'" + name + "' is '" + value + "'", "give true or false");
        }
        return "true".equals(value);
    }

    String requiredQuery(String name, String example) throws Refusal {
        String value = query.get(name);
        if (value == null || value.isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED, "the request", "'" + name + "' is missing", "add " + name + "=" + example);
        }
        return value;
    }
}
