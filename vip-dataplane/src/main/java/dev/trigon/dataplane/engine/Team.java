package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.engine.Arms.Found;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one interface, as long as it is there and fit. Written by the crew, under its lock; anybody may read how
 * things stand.
 */
final class Team {
    private final String interfaceName;
    /** The last one, whether it goes on or not. */
    private volatile Shift shift;
    /** Null while the shift goes on. */
    private volatile @Nullable String whyLost;

    Team(Shift first) {
        this.interfaceName = first.found().arm().interfaceName();
        this.shift = first;
    }

    /** From an opening of the interface to its loss. */
    record Shift(Found found, OpenedArm opened, List<CrewMember> members) {
        Shift {
            members = List.copyOf(members);
        }

        /** Why it cannot go on with the interface as it is now; null: it can. */
        @Nullable
        String obstacle(Found now) {
            String change = now.changeSince(found);
            if (change != null) {
                return change;
            }
            if (opened.engine().equals(OpenedArm.AF_XDP)) {
                if (now.queues() != found.queues()) {
                    return "it has " + now.queues() + " receive queues, it had " + found.queues();
                }
                if (now.sendQueues() != found.sendQueues()) {
                    return "it has " + now.sendQueues() + " send queues, it had " + found.sendQueues();
                }
            }
            return members.stream().anyMatch(CrewMember::hasEnded) ? "a worker's port failed" : null;
        }
    }

    String interfaceName() {
        return interfaceName;
    }

    /** The one that goes on; null while the interface is lost. */
    @Nullable
    Shift shift() {
        return whyLost == null ? shift : null;
    }

    void begin(Shift next) {
        shift = next;
        whyLost = null;
    }

    /** Answers whether that is news. */
    boolean end(String why) {
        boolean isNews = !why.equals(whyLost);
        whyLost = why;
        return isNews;
    }

    ArmStatus status() {
        Shift last = shift;
        String why = whyLost;
        return new ArmStatus(
                interfaceName,
                last.opened().engine(),
                last.opened().mode(),
                last.opened().reason(),
                why == null ? last.members().size() : 0,
                why);
    }
}
