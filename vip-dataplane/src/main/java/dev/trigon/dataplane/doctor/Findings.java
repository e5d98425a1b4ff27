package dev.trigon.dataplane.doctor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one check finds, as much of it as somebody reads: of many things that are wrong in one way, a few are named and the
 * others counted.
 */
final class Findings {
    /** As many of one state. */
    static final int MOST = 20;

    private final String check;
    private final List<Finding> named = new ArrayList<>();
    private final Map<State, Integer> more = new EnumMap<>(State.class);

    Findings(String check) {
        this.check = check;
    }

    Findings well(String subject, String evidence) {
        return add(new Finding(check, subject, State.WELL, evidence, null, null));
    }

    Findings wrong(String subject, String evidence, String consequence, Remedy remedy) {
        return add(new Finding(check, subject, State.WRONG, evidence, consequence, remedy));
    }

    /** @param why it is not known */
    Findings unknown(String subject, String why, Remedy remedy) {
        return add(new Finding(check, subject, State.UNKNOWN, why, null, remedy));
    }

    private Findings add(Finding finding) {
        long alike = named.stream().filter(it -> it.state() == finding.state()).count();
        if (alike < MOST) {
            named.add(finding);
        } else {
            more.merge(finding.state(), 1, Integer::sum);
        }
        return this;
    }

    List<Finding> all() {
        List<Finding> all = new ArrayList<>(named);
        more.forEach((state, count) ->
                all.add(new Finding(check, Words.count(count, "more"), state, "as those above", null, null)));
        return all;
    }
}
