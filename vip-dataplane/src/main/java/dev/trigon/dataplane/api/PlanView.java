package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What applying a configuration would come to.
 *
 * @param revision of the services that it was compared with
 * @param changes whether applying it would change anything at all, if only an order
 * @param services those that would be added, changed or removed
 * @param unchanged the names of the others
 * @param flows of all services
 */
public record PlanView(
        long revision, boolean changes, List<ServiceChange> services, List<String> unchanged, Flows flows) {
    public static final String ADDED = "added";
    public static final String CHANGED = "changed";
    public static final String REMOVED = "removed";

    /**
     * A service that would not be what it is.
     *
     * @param action added, changed or removed
     * @param fields of the services file that differ, but for its backends
     * @param backends those that differ, by their names
     * @param slots of its hash table; null where it chooses by none, or is not there before and after
     */
    public record ServiceChange(
            String name,
            String action,
            List<FieldChange> fields,
            List<BackendChange> backends,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Slots slots,

            Flows flows) {}

    public record BackendChange(String name, String action, List<FieldChange> fields) {}

    /**
     * A field as a services file has it; one of a mapping in another has a name such as {@code timeouts.syn}.
     *
     * @param from null: not given, so what it is by default
     * @param to the same
     */
    public record FieldChange(
            String field, @Nullable Object from, @Nullable Object to) {}

    /** How many slots of a hash table another backend would get: that share of new flows is placed otherwise. */
    public record Slots(int moved, int of) {}

    /**
     * Of the flows that have a backend now.
     *
     * @param stay with it
     * @param move to another, with their next packet
     * @param end with their next packet
     */
    public record Flows(long stay, long move, long end) {
        public Flows plus(Flows other) {
            return new Flows(stay + other.stay, move + other.move, end + other.end);
        }
    }
}
