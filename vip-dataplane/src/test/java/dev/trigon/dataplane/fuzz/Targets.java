package dev.trigon.dataplane.fuzz;

import dev.trigon.dataplane.answer.IcmpErrorsTarget;
import dev.trigon.dataplane.answer.NeighborTarget;
import dev.trigon.dataplane.config.ConfigTarget;
import dev.trigon.dataplane.control.ControlTarget;
import dev.trigon.dataplane.doctor.canary.HeardTarget;
import dev.trigon.dataplane.forward.ForwarderTarget;
import dev.trigon.dataplane.health.AnswersTarget;
import dev.trigon.dataplane.wire.PacketTarget;
import dev.trigon.dataplane.wire.RewriteTarget;
import java.util.function.Supplier;

/** Every target there is, and how long its inputs may be: docs/fuzzing.md. */
public enum Targets {
    PACKET("packet", 400_000, 2_048, PacketTarget::new),
    REWRITE("rewrite", 200_000, 2_048, RewriteTarget::new),
    FORWARDER("forwarder", 60_000, 4_096, ForwarderTarget::new),
    ICMP_ERRORS("icmp-errors", 100_000, 2_048, IcmpErrorsTarget::new),
    NEIGHBORS("neighbors", 200_000, 512, NeighborTarget::new),
    CONFIG("config", 40_000, 2_048, ConfigTarget::new),
    CONTROL("control", 4_000, 2_048, ControlTarget::new),
    ANSWERS("answers", 100_000, 2_048, AnswersTarget::new),
    HEARD("heard", 200_000, 2_048, HeardTarget::new);

    final String label;
    final int shortRun;
    final int longestInput;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor's reference
    private final Supplier<FuzzTarget> make;

    /**
     * @param shortRun inputs of the run that is part of every build
     * @param longestInput in octets
     */
    Targets(String label, int shortRun, int longestInput, Supplier<FuzzTarget> make) {
        this.label = label;
        this.shortRun = shortRun;
        this.longestInput = longestInput;
        this.make = make;
    }

    FuzzTarget make() {
        return make.get();
    }

    static Targets of(String label) {
        for (Targets target : values()) {
            if (target.label.equals(label)) {
                return target;
            }
        }
        throw new IllegalArgumentException("no target is called " + label);
    }

    @Override
    public String toString() {
        return label;
    }
}
