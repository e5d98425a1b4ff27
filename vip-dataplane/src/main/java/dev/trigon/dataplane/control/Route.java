package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A method and a path of the API, and what answers there. A path's {@code {name}} stands for any one segment.
 *
 * @param queries the names of all parameters that are read there
 */
record Route(String method, List<String> pattern, List<String> queries, Action action) {
    interface Action {
        Answer answer(Call call) throws Refusal;
    }

    static Route of(String method, String pattern, Action action, String... queries) {
        return new Route(method, split(pattern), List.of(queries), action);
    }

    /** Refuses what nobody would look at: a misspelt parameter would ask for more than was meant. */
    Answer answer(Call call) throws Refusal {
        for (String name : new TreeSet<>(call.query().keySet())) {
            if (!queries.contains(name)) {
                throw new Refusal(
                        Refusal.Kind.MALFORMED,
                        "the request",
                        "unknown parameter '" + name + "'",
                        queries.isEmpty() ? "none is known here" : "known here: " + String.join(", ", queries));
            }
        }
        return action.answer(call);
    }

    /** A path may have none of what it should begin with: {@code OPTIONS *} has, and a target that is a fragment alone. */
    static List<String> split(String path) {
        return List.of((path.startsWith("/") ? path.substring(1) : path).split("/", -1));
    }

    /** The segments by name, or null where this is not the path. */
    @Nullable
    Map<String, String> match(List<String> path) {
        if (path.size() != pattern.size()) {
            return null;
        }
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String expected = pattern.get(i);
            if (expected.startsWith("{")) {
                named.put(expected.substring(1, expected.length() - 1), path.get(i));
            } else if (!expected.equals(path.get(i))) {
                return null;
            }
        }
        return named;
    }
}
