package dev.trigon.dataplane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What tests want of a check's findings. */
final class FindingAssert {
    private FindingAssert() {}

    static Finding only(List<Finding> found, State state) {
        assertThat(found)
                .as(found.toString())
                .singleElement()
                .extracting(Finding::state)
                .isEqualTo(state);
        return found.get(0);
    }

    static List<Finding> those(List<Finding> found, State state) {
        return found.stream().filter(it -> it.state() == state).toList();
    }

    /** An operator can act on it: it says what was seen, what comes of it, and what to do. */
    static void assertWrong(Finding finding, String subject, String evidence, String command) {
        assertThat(finding.state()).isEqualTo(State.WRONG);
        assertThat(finding.subject()).isEqualTo(subject);
        assertThat(finding.evidence()).contains(evidence);
        assertThat(finding.consequence()).isNotBlank();
        assertThat(finding.remedy()).isNotNull();
        assertThat(finding.remedy().command()).contains(command);
    }
}
