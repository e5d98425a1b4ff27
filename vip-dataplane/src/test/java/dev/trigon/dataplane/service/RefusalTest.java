package dev.trigon.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One line for the operator, whatever was sent. */
class RefusalTest {
    @Test
    void shouldReadAsWhatWhyRemedy() {
        Refusal refusal = new Refusal("service 'web'", "it is gone", "add it — «again»");

        assertThat(refusal).hasMessage("service 'web': it is gone; add it — «again»");
        assertThat(refusal.what()).isEqualTo("service 'web'");
        assertThat(refusal.why()).isEqualTo("it is gone");
        assertThat(refusal.remedy()).isEqualTo("add it — «again»");
    }

    @Test
    void shouldEchoNothingThatATerminalWouldObey() {
        Refusal refusal = new Refusal(
                "service 'a\nb\r\0'",
                "the name '\u001b[2J\u009b1m\u007f' cannot be used",
                "not \u202E\u2066\uFEFF\u2028\u2029 \uD800 either");

        assertThat(refusal).hasMessage("service 'a?b??': the name '?[2J?1m?' cannot be used; not ????? ? either");
    }

    @Test
    void shouldCutALongEchoInTheMiddle() {
        Refusal refusal =
                new Refusal("the request", "the name '" + "n".repeat(1 << 20) + "' cannot be used", "use less");

        assertThat(refusal.why())
                .hasSizeLessThan(1_010)
                .startsWith("the name 'nnn")
                .contains("nnn … nnn")
                .endsWith("nnn' cannot be used");
        assertThat(refusal.getMessage()).endsWith("; use less").hasSizeLessThan(1_100);
    }
}
