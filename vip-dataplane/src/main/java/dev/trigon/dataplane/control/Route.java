package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A method and a path of the API, and what answers there. A path's {@code {name}} stands for any one segment. */
record Route(String method, List<String> pattern, Action action) {
    interface Action {
        Answer answer(Call call) throws Refusal;
    }

    static Route of(String method, String pattern, Action action) {
        return new Route(method, split(pattern), action);
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
