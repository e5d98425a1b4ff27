package dev.trigon.dataplane.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** One check's look at every post that was asked. */
final class Round {
    /** Looks at one post. */
    interface Visit {
        /** False once it has told the round why not. */
        boolean isWell(Round round, Post post);
    }

    private final Survey survey;
    private final Findings found;
    private final Unknown unknown = new Unknown();

    private Round(Survey survey, Findings found) {
        this.survey = survey;
        this.found = found;
    }

    /**
     * Answers what one check found.
     *
     * @param wellWords what is said of those who are well
     */
    static List<Finding> of(Check check, Patient patient, Visit visit, Function<List<Post>, String> wellWords) {
        Survey survey = patient.survey();
        Findings found = new Findings(check.name());
        Round round = new Round(survey, found);
        List<Post> well = new ArrayList<>();
        for (Post post : survey.posts().asked()) {
            if (visit.isWell(round, post)) {
                well.add(post);
            }
        }
        round.unknown.tell(found);
        survey.posts().tellOfNobody(found);
        if (!well.isEmpty()) {
            found.well(survey.posts().names(well), wellWords.apply(well));
        }
        return found.all();
    }

    Survey survey() {
        return survey;
    }

    /** Answers false: who is so is not well. */
    boolean wrong(String subject, String evidence, String consequence, Remedy remedy) {
        found.wrong(subject, evidence, consequence, remedy);
        return false;
    }

    /** Answers false: of whom it is not known, nobody says that he is well. As {@link Unknown#add}. */
    boolean unknown(String why, String subject, String command) {
        unknown.add(why, subject, command);
        return false;
    }
}
