package dev.trigon.conntrack;

import static dev.trigon.conntrack.FlowState.CLOSED;
import static dev.trigon.conntrack.FlowState.CLOSING;
import static dev.trigon.conntrack.FlowState.ESTABLISHED;
import static dev.trigon.conntrack.FlowState.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpTrackingTest {
    /**
     * Rows: state before, flags, state after. {@code anew}: another connection, whose backend is chosen anew. An R is a
     * credible RST, an r one whose sequence number is not the client's.
     */
    @ParameterizedTest(name = "{0} + {1} = {2}")
    @CsvSource({
        "SYN, S, SYN",
        "SYN, A, ESTABLISHED",
        "SYN, PA, ESTABLISHED",
        "SYN, FA, CLOSING",
        "SYN, R, SYN",
        "SYN, r, SYN",
        "SYN, SF, CLOSING",
        "ESTABLISHED, S, ESTABLISHED",
        "ESTABLISHED, A, ESTABLISHED",
        "ESTABLISHED, PUA, ESTABLISHED",
        "ESTABLISHED, SA, ESTABLISHED",
        "ESTABLISHED, -, ESTABLISHED",
        "ESTABLISHED, F, CLOSING",
        "ESTABLISHED, FA, CLOSING",
        "ESTABLISHED, R, CLOSED",
        "ESTABLISHED, RA, CLOSED",
        "ESTABLISHED, SR, CLOSED",
        "ESTABLISHED, FR, CLOSED",
        "ESTABLISHED, r, ESTABLISHED",
        "ESTABLISHED, rA, ESTABLISHED",
        "ESTABLISHED, Fr, ESTABLISHED",
        "CLOSING, S, anew",
        "CLOSING, SA, CLOSING",
        "CLOSING, A, CLOSING",
        "CLOSING, PA, CLOSING",
        "CLOSING, FA, CLOSING",
        "CLOSING, R, CLOSED",
        "CLOSING, r, CLOSING",
        "CLOSING, SR, CLOSED",
        "CLOSING, SF, CLOSING",
        "CLOSED, S, anew",
        "CLOSED, A, ESTABLISHED",
        "CLOSED, PA, ESTABLISHED",
        "CLOSED, FA, CLOSING",
        "CLOSED, R, CLOSED",
        "CLOSED, r, CLOSED",
    })
    void shouldFollowTheClient(FlowState before, String letters, String after) {
        int flags = flags(letters);

        assertThat(TcpTracking.opensAnew(before, flags)).isEqualTo(after.equals("anew"));
        if (!after.equals("anew")) {
            boolean credible = letters.indexOf('r') < 0;
            assertThat(TcpTracking.next(before, flags, credible)).isEqualTo(FlowState.valueOf(after));
        }
    }

    @ParameterizedTest(name = "{0}: opens {1}, first {2}")
    @CsvSource({
        "S, true, ESTABLISHED",
        "SP, true, ESTABLISHED",
        "A, false, ESTABLISHED",
        "PA, false, ESTABLISHED",
        "SA, false, ESTABLISHED",
        "-, false, ESTABLISHED",
        "FA, false, CLOSING",
        "SF, false, CLOSING",
        "R, false, ESTABLISHED",
    })
    void shouldTellWhatAFirstPacketIs(String letters, boolean opens, FlowState first) {
        assertThat(TcpTracking.opens(flags(letters))).isEqualTo(opens);
        assertThat(TcpTracking.first(flags(letters))).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"SYN", "ESTABLISHED", "CLOSING", "CLOSED"})
    void shouldStayWithinTcpWhateverTheFlags(FlowState state) {
        for (int flags = 0; flags < 256; flags++) {
            assertThat(TcpTracking.next(state, flags, true)).isIn(SYN, ESTABLISHED, CLOSING, CLOSED);
            boolean resets = TcpTracking.resets(flags);
            assertThat(TcpTracking.next(state, flags, false))
                    .isEqualTo(resets ? state : TcpTracking.next(state, flags, true));
        }
    }

    /** Rows: the client's next number, an RST's, whether it can be the client's. */
    @ParameterizedTest(name = "next {0}, RST {1}: {2}")
    @CsvSource({
        "1000, 1000, true",
        "1000, 999, true",
        "300000, 37856, true",
        "300000, 37855, false",
        "300000, 562144, true",
        "300000, 562145, false",
        "0, -1, true",
        "-5, 10, true",
        "2147483647, -2147483648, true",
        "0, -2147483648, false",
        "0, 2147483647, false",
    })
    void shouldBelieveAnRstNearToWhereTheClientWas(int next, int rst, boolean near) {
        assertThat(TcpSequence.isNear(next, rst)).isEqualTo(near);
    }

    @ParameterizedTest(name = "{0} {1} {2} octets: {3}")
    @CsvSource({
        "100, A, 0, 100",
        "100, S, 0, 101",
        "100, FA, 0, 101",
        "100, PA, 1460, 1560",
        "100, SF, 5, 107",
        "-1, S, 0, 0",
    })
    void shouldCountSynAndFinAsAnOctetEach(int sequence, String letters, int octets, int end) {
        assertThat(TcpSequence.end(sequence, flags(letters), octets)).isEqualTo(end);
    }

    private static int flags(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            flags |= switch (letters.charAt(i)) {
                case 'F' -> TcpTracking.FIN;
                case 'S' -> TcpTracking.SYN;
                case 'R', 'r' -> TcpTracking.RST;
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
