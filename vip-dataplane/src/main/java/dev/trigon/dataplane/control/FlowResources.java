package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.FlowCountView;
import dev.trigon.dataplane.api.FlushedView;
import dev.trigon.dataplane.config.FlowSelectionReader;
import dev.trigon.dataplane.service.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The remembered flows: listed, counted, made unknown. */
final class FlowResources {
    private static final Logger LOG = LoggerFactory.getLogger(FlowResources.class);

    /** As many as a flow table can hold. */
    private static final int MAX_LIMIT = 1 << 24;
    /** Those are held in memory until all are known. */
    private static final int MAX_SORTED = 100_000;

    private final ServiceRegistry registry;
    private final DataPath dataPath;

    FlowResources(ServiceRegistry registry, DataPath dataPath) {
        this.registry = registry;
        this.dataPath = dataPath;
    }

    List<Route> routes() {
        String flows = ControlApi.ROOT + "/flows";
        return List.of(
                Route.of(
                        "GET",
                        flows,
                        this::list,
                        "service",
                        "backend",
                        "client",
                        "state",
                        "protocol",
                        ControlApi.SORT_PARAMETER,
                        ControlApi.LIMIT_PARAMETER),
                Route.of("GET", flows + "/count", this::count, ControlApi.BY_PARAMETER),
                Route.of("POST", flows + "/flush", this::flush));
    }

    private Answer list(Call call) throws Refusal {
        FlowOrder order = choice(
                ControlApi.SORT_PARAMETER, call.query(ControlApi.SORT_PARAMETER), FlowOrder.values(), FlowOrder::label);
        int limit = limit(call.query(ControlApi.LIMIT_PARAMETER), order);
        FlowNames names = FlowNames.of(registry.state());
        FlowFilter filter = FlowFilter.of(FlowSelectionReader.query(call.query()), names);
        return Answer.ok(new FlowList(dataPath, filter, names, limit, order))
                .with(ControlApi.ACTIVE_FLOWS_HEADER, Long.toString(dataPath.activeFlows()));
    }

    private static int limit(@Nullable String text, @Nullable FlowOrder order) throws Refusal {
        if (text == null) {
            return ControlApi.DEFAULT_FLOW_LIMIT;
        }
        if (!text.matches("[0-9]{1,8}") || Integer.parseInt(text) > MAX_LIMIT) {
            throw malformed("'limit' is '" + text + "'", "give a whole number from 0 (all of them) to " + MAX_LIMIT);
        }
        int limit = Integer.parseInt(text);
        if (order != null && (limit == 0 || limit > MAX_SORTED)) {
            throw new Refusal(
                    "the request",
                    "to sort " + (limit == 0 ? "all flows" : limit + " flows")
                            + " they would have to be in memory at once",
                    "give a limit of 1 to " + MAX_SORTED + ", or list them in no order");
        }
        return limit;
    }

    private static <T> @Nullable T choice(String key, @Nullable String text, T[] values, Function<T, String> label)
            throws Refusal {
        if (text == null) {
            return null;
        }
        for (T value : values) {
            if (label.apply(value).equals(text)) {
                return value;
            }
        }
        String labels = Arrays.stream(values).map(label).collect(Collectors.joining(", "));
        throw malformed("'" + key + "' is '" + text + "'", "give one of " + labels);
    }

    private static Refusal malformed(String why, String remedy) {
        return new Refusal(Refusal.Kind.MALFORMED, "the request", why, remedy);
    }

    private Answer count(Call call) throws Refusal {
        FlowTally.By by = choice(
                ControlApi.BY_PARAMETER,
                call.query(ControlApi.BY_PARAMETER),
                FlowTally.By.values(),
                FlowTally.By::label);
        return Answer.ok(new FlowCountView(dataPath.activeFlows(), dataPath.maxFlows(), by == null ? null : tally(by)));
    }

    private List<FlowCountView.Share> tally(FlowTally.By by) {
        FlowTally tally = new FlowTally(by, FlowNames.of(registry.state()));
        dataPath.forEachFlow(tally);
        return tally.shares();
    }

    private Answer flush(Call call) throws Refusal {
        FlowFilter filter = FlowFilter.of(FlowSelectionReader.flush(call.body()), FlowNames.of(registry.state()));
        long flushed = dataPath.flush(filter);
        LOG.info("{} flows flushed", flushed);
        return Answer.ok(new FlushedView(flushed));
    }
}
