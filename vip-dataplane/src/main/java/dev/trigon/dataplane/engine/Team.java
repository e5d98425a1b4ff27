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
    /** Null while the interface is lost: whoever worked then is gone, and what they had can be freed. */
    private volatile @Nullable Shift shift;
    /** As they are, or were when the interface was lost. */
    private volatile ArmStatus status;

    Team(Shift first) {
        this.interfaceName = first.found().arm().interfaceName();
        this.shift = first;
        this.status = status(first);
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
        return shift;
    }

    void begin(Shift next) {
        shift = next;
        status = status(next);
    }

    private ArmStatus status(Shift of) {
        return new ArmStatus(
                interfaceName,
                of.opened().engine(),
                of.opened().mode(),
                of.opened().reason(),
                of.members().size(),
                null);
    }

    /** Answers whether that is news. */
    boolean end(String why) {
        ArmStatus before = status;
        shift = null;
        status = new ArmStatus(interfaceName, before.engine(), before.mode(), before.reason(), 0, why);
        return !why.equals(before.whyLost());
    }

    ArmStatus status() {
        return status;
    }
}
