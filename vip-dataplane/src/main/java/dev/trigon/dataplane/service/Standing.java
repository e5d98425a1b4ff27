package dev.trigon.dataplane.service;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Who of a service's backends takes new flows and how large a share, and who keeps those it has: by what operators want and by
 * how the backends are.
 *
 * <p>New flows go to the backends that are up; where none of those is, to the backups; where none of these is either, and the
 * service stays open, to all that operators want, whatever the checks say.
 */
final class Standing {
    private final int[] weights;
    private final boolean[] keepsFlows;

    private Standing(int[] weights, boolean[] keepsFlows) {
        this.weights = weights;
        this.keepsFlows = keepsFlows;
    }

    static Standing of(ServiceSpec spec, IntFunction<Condition> conditions) {
        List<BackendSpec> backends = spec.backends();
        Condition[] conditionOf =
                backends.stream().map(b -> conditions.apply(b.id())).toArray(Condition[]::new);
        boolean anyUp = false;
        boolean anyBackupUp = false;
        for (int i = 0; i < conditionOf.length; i++) {
            boolean takes = backends.get(i).takesNewFlows() && conditionOf[i].healthy();
            anyUp |= takes && !backends.get(i).backup();
            anyBackupUp |= takes && backends.get(i).backup();
        }
        boolean regardless = !anyUp && !anyBackupUp && spec.availability().whenAllDown() == WhenAllDown.OPEN;
        int heaviest = spec.scheduler().isWeighted() ? BackendSpec.MAX_WEIGHT : 1;
        int[] weights = new int[conditionOf.length];
        boolean[] keeps = new boolean[conditionOf.length];
        for (int i = 0; i < weights.length; i++) {
            BackendSpec backend = backends.get(i);
            boolean well = regardless || conditionOf[i].healthy();
            boolean turn = regardless || backend.backup() != anyUp;
            weights[i] = backend.takesNewFlows() && well && turn ? Math.min(backend.weight(), heaviest) : 0;
            keeps[i] = backend.keepsFlows() && well;
        }
        return new Standing(shared(weights, conditionOf), keeps);
    }

    /** In parts of a hundred where somebody has less than all: a weight of 1 has no smaller one. */
    private static int[] shared(int[] weights, Condition[] conditions) {
        boolean whole = Arrays.stream(conditions).allMatch(c -> c.sharePercent() == Condition.WHOLE_SHARE);
        if (whole) {
            return weights;
        }
        int[] shared = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            shared[i] = weights[i] * conditions[i].sharePercent();
        }
        return shared;
    }

    /** By place in the service's list; 0: no new flows. */
    int[] weights() {
        return weights;
    }

    boolean takesNewFlows(int place) {
        return weights[place] > 0;
    }

    boolean keepsFlows(int place) {
        return keepsFlows[place];
    }

    boolean weighsAs(Standing other) {
        return Arrays.equals(weights, other.weights);
    }
}
