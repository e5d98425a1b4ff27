package dev.trigon.dataplane.doctor;

import java.util.ArrayList;
import java.util.List;

/** Some of many, where to ask all would be a flood. */
final class Sample {
    private Sample() {}

    /** Of many as many as {@code most}, spread over all; of few, all. */
    static <T> List<T> of(List<T> all, int most) {
        List<T> sample = new ArrayList<>();
        int count = Math.min(all.size(), most);
        for (int i = 0; i < count; i++) {
            sample.add(all.get((int) ((long) i * all.size() / count)));
        }
        return sample;
    }
}
