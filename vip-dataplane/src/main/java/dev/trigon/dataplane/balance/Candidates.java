package dev.trigon.dataplane.balance;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The backends of a service that take new flows, by numbers of their own: where each is in the list, its weight, its load. */
final class Candidates {
    private final int[] places;
    private final int[] weights;
    private final Load[] loads;

    /** @param weights of each backend; one of weight 0 is no candidate */
    Candidates(Load[] loads, int[] weights) {
        this.places = IntStream.range(0, weights.length)
                .filter(place -> weights[place] > 0)
                .toArray();
        this.weights = Arrays.stream(places).map(place -> weights[place]).toArray();
        this.loads = Arrays.stream(places).mapToObj(place -> loads[place]).toArray(Load[]::new);
    }

    int count() {
        return places.length;
    }

    int place(int candidate) {
        return places[candidate];
    }

    int[] weights() {
        return weights.clone();
    }

    long flows(int candidate, int span) {
        return loads[candidate].flows(span);
    }

    /** Whether one with so many flows has fewer for its weight than the other. */
    boolean isFreer(int candidate, long flows, int other, long otherFlows) {
        return flows * weights[other] < otherFlows * weights[candidate];
    }

    /** Answers its place in the list. */
    int give(int candidate, int span) {
        loads[candidate].give(span);
        return places[candidate];
    }
}
