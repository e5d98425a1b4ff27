package dev.trigon.conntrack;

import static dev.trigon.conntrack.FlowState.CLOSING;
import static dev.trigon.conntrack.FlowState.ESTABLISHED;
import static dev.trigon.conntrack.FlowState.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpTrackingTest {
    /** Rows: state before (none: no flow), flags, state after, whether the backend is chosen anew. */
    @ParameterizedTest(name = "{0} + {1} = {2}, new: {3}")
    @CsvSource({
        "none, S, SYN, true",
        "none, A, ESTABLISHED, false",
        "none, PA, ESTABLISHED, false",
        "none, SA, ESTABLISHED, false",
        "none, FA, CLOSING, false",
        "none, R, CLOSING, false",
        "none, RA, CLOSING, false",
        "none, SF, CLOSING, false",
        "none, SR, CLOSING, false",
        "none, -, ESTABLISHED, false",
        "SYN, S, SYN, false",
        "SYN, A, ESTABLISHED, false",
        "SYN, PA, ESTABLISHED, false",
        "SYN, FA, CLOSING, false",
        "SYN, R, CLOSING, false",
        "SYN, SF, CLOSING, false",
        "ESTABLISHED, S, ESTABLISHED, false",
        "ESTABLISHED, A, ESTABLISHED, false",
        "ESTABLISHED, PUA, ESTABLISHED, false",
        "ESTABLISHED, F, CLOSING, false",
        "ESTABLISHED, FA, CLOSING, false",
        "ESTABLISHED, R, CLOSING, false",
        "ESTABLISHED, SR, CLOSING, false",
        "CLOSING, S, SYN, true",
        "CLOSING, SA, CLOSING, false",
        "CLOSING, A, CLOSING, false",
        "CLOSING, PA, CLOSING, false",
        "CLOSING, FA, CLOSING, false",
        "CLOSING, R, CLOSING, false",
        "CLOSING, SR, CLOSING, false",
        "CLOSING, SF, CLOSING, false",
    })
    void shouldFollowTheClient(String before, String letters, FlowState after, boolean anew) {
        int flags = flags(letters);

        if (before.equals("none")) {
            assertThat(TcpTracking.first(flags)).isEqualTo(after);
            assertThat(TcpTracking.opens(flags)).isEqualTo(anew);
        } else {
            FlowState state = FlowState.valueOf(before);
            assertThat(TcpTracking.next(state, flags)).isEqualTo(after);
            assertThat(TcpTracking.opensAnew(state, flags)).isEqualTo(anew);
        }
    }

    @ParameterizedTest
    @CsvSource({"SYN", "ESTABLISHED", "CLOSING"})
    void shouldStayWithinTcpWhateverTheFlags(FlowState state) {
        for (int flags = 0; flags < 256; flags++) {
            assertThat(TcpTracking.next(state, flags)).isIn(SYN, ESTABLISHED, CLOSING);
            assertThat(TcpTracking.first(flags)).isIn(SYN, ESTABLISHED, CLOSING);
            if (TcpTracking.opensAnew(state, flags)) {
                assertThat(TcpTracking.next(state, flags)).isEqualTo(TcpTracking.first(flags));
            }
        }
    }

    private static int flags(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            flags |= switch (letters.charAt(i)) {
                case 'F' -> TcpTracking.FIN;
                case 'S' -> TcpTracking.SYN;
                case 'R' -> TcpTracking.RST;
                case 'P' -> TcpTracking.PSH;
                case 'A' -> TcpTracking.ACK;
                case 'U' -> TcpTracking.URG;
                case '-' -> 0;
                default -> throw new IllegalArgumentException(letters);
            };
        }
        return flags;
    }
}
