package dev.trigon.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;

/** How vipd shows backends. */
record Watched(Vipd vipd) {
    JsonNode backend(String service, String server) {
        for (JsonNode backend : vipd.backends(service)) {
            if (backend.path("name").asText().equals(server)) {
                return backend;
            }
        }
        throw new AssertionError("no backend " + server + " in " + service);
    }

    boolean is(String service, String server, String state, String why) {
        JsonNode backend = backend(service, server);
        return backend.path("state").asText().equals(state)
                && backend.path("reason").asText().contains(why);
    }

    /** @param why a part of the reason that is shown */
    void await(String service, String server, String state, String why, Duration limit) {
        Eventually.within(
                limit,
                () -> is(service, server, state, why),
                () -> server + " is not " + state + " because of '" + why + "': " + backend(service, server));
    }

    /** In the services of both families. */
    void awaitBoth(String service, String server, String state, String why, Duration limit) {
        for (Family family : Family.values()) {
            await(family.name(service), server, state, why, limit);
        }
    }

    void awaitBoth(String service, String server, String state, Duration limit) {
        awaitBoth(service, server, state, "", limit);
    }
}
