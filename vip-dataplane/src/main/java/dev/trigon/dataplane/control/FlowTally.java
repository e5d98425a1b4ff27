package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.FlowCountView.Share;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Flows, counted apart. */
final class FlowTally implements Consumer<DataPath.Flow> {
    /** What they are told apart by. */
    enum By {
        BACKEND("backend"),
        SERVICE("service"),
        STATE("state");

        private final String label;

        By(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private record Key(
            @Nullable String service,
            @Nullable String backend,
            @Nullable String state) {}

    private final By by;
    private final FlowNames names;
    private final Map<Key, Long> counts = new HashMap<>();

    FlowTally(By by, FlowNames names) {
        this.by = by;
        this.names = names;
    }

    @Override
    public void accept(DataPath.Flow flow) {
        counts.merge(key(flow), 1L, Long::sum);
    }

    private Key key(DataPath.Flow flow) {
        if (by == By.STATE) {
            return new Key(null, null, flow.state());
        }
        FlowNames.Name name = names.nameOf(flow);
        return new Key(name.service(), by == By.BACKEND ? name.backend() : null, null);
    }

    /** Most first; those of as many, by name. */
    List<Share> shares() {
        return counts.entrySet().stream()
                .map(entry -> new Share(
                        entry.getKey().service(),
                        entry.getKey().backend(),
                        entry.getKey().state(),
                        entry.getValue()))
                .sorted(Comparator.comparingLong(Share::flows).reversed().thenComparing(FlowTally::name))
                .toList();
    }

    private static String name(Share share) {
        return share.service() + "/" + share.backend() + "/" + share.state();
    }
}
