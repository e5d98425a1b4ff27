package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.service.Refusal;
import java.util.List;

/** The changes that were made. */
final class HistoryResources {
    private final ServiceRegistry registry;

    HistoryResources(ServiceRegistry registry) {
        this.registry = registry;
    }

    List<Route> routes() {
        String history = ControlApi.ROOT + "/history";
        return List.of(
                Route.of("GET", history, this::list, ControlApi.LIMIT_PARAMETER),
                Route.of(
                        "GET",
                        history + "/{number}",
                        call -> Answer.ok(
                                new Configuration(registry.history().services(number(call.segment("number")))))));
    }

    private Answer list(Call call) throws Refusal {
        String limit = call.query(ControlApi.LIMIT_PARAMETER);
        int most = limit == null ? History.MOST_ENTRIES : (int) Math.min(number(limit), History.MOST_ENTRIES);
        return Answer.ok(registry.history().entries(most));
    }

    static long number(String text) throws Refusal {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw new Refusal(
                    Refusal.Kind.MALFORMED,
                    "the request",
                    "'" + text + "' is no number of the history",
                    "give a whole number from 1 on");
        }
        return Long.parseLong(text);
    }
}
