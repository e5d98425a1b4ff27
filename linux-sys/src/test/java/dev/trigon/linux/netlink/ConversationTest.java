package dev.trigon.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How answers are put together, with the test as the kernel. Little-endian, as all machines that this is built on are. */
class ConversationTest {
    /** Type 16 with no flags, NLM_F_MULTI, or NLM_F_MULTI and NLM_F_DUMP_INTR; then sequence, then payload of 4 octets. */
    private static final String PLAIN = "14000000 1000 0000 ";

    private static final String PART = "14000000 1000 0200 ";
    private static final String INTERRUPTED_PART = "14000000 1000 1200 ";
    private static final String DONE = "14000000 0300 0200 ";
    private static final String ERROR = "24000000 0200 0000 ";

    private static final String FIRST = "01000000 00000000 ";
    private static final String SECOND = "02000000 00000000 ";

    private static final String NO_ERROR = "00000000";
    private static final String ECHO = "14000000 1200 0500 01000000 00000000";

    private final SocketPair pair = new SocketPair();
    private final Conversation conversation = new Conversation(pair.socket());
    private final Request request = new Request("RTM_GETLINK(test)", 18, 0, message -> message.u32(0));

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void shouldJoinPartsOfDumpFromSeveralDatagrams() {
        pair.say(PART + FIRST + "aa000000" + PART + FIRST + "bb000000");
        pair.say(PART + FIRST + "cc000000");
        pair.say(DONE + FIRST + NO_ERROR);
        assertThat(dump()).containsExactly(0xaa, 0xbb, 0xcc);
    }

    @Test
    void shouldDumpAgainWhenTableChangedUnderIt() {
        pair.say(PART + FIRST + "aa000000" + INTERRUPTED_PART + FIRST + "bb000000");
        pair.say(DONE + FIRST + NO_ERROR);
        pair.say(PART + SECOND + "cc000000" + DONE + SECOND + NO_ERROR);
        assertThat(dump()).containsExactly(0xcc);
    }

    @Test
    void shouldGiveUpWhenTableChangesAllTheTime() {
        for (int sequence = 1; sequence <= 20; sequence++) {
            pair.say("14000000 0300 1200 " + String.format("%02x000000 00000000 ", sequence) + NO_ERROR);
        }
        assertThatThrownBy(this::dump)
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("RTM_GETLINK(test), which changed during each of 20 readings");
    }

    @Test
    void shouldDropWhatBelongsToAnotherRequest() {
        pair.say(PART + SECOND + "aa000000" + PART + FIRST + "bb000000");
        pair.say(DONE + SECOND + NO_ERROR);
        pair.say(DONE + FIRST + NO_ERROR);
        assertThat(dump()).containsExactly(0xbb);
    }

    @Test
    void shouldFailWhenDumpEndsInError() {
        pair.say(PART + FIRST + "aa000000" + DONE + FIRST + "ffffffff");
        assertThatThrownBy(this::dump)
                .isInstanceOf(LinuxException.class)
                .hasMessage("RTM_GETLINK(test): Operation not permitted (errno 1)");
    }

    @Test
    void shouldQuoteKernelWhenItExplains() {
        // capped and with attributes: error -22, the echoed header, NLMSGERR_ATTR_MSG "Bad"
        pair.say("2c000000 0200 0003 " + FIRST + "eaffffff" + ECHO + "0800 0100 42616400");
        Acknowledgement answer = conversation.ask(request, message -> {});
        assertThat(answer).isEqualTo(new Acknowledgement(22, "Bad"));
        assertThat(answer.failure(request.call()))
                .hasMessage("RTM_GETLINK(test), \"Bad\": Invalid argument (errno 22)");
    }

    @Test
    void shouldFindExplanationBehindWholeEchoedRequest() {
        pair.say("30000000 0200 0002 " + FIRST + "eaffffff" + "14000000 1200 0500 01000000 00000000 99999999"
                + "0800 0100 42616400");
        assertThat(conversation.ask(request, message -> {})).isEqualTo(new Acknowledgement(22, "Bad"));
    }

    @Test
    void shouldHandOverAnswerBeforeAcknowledgement() {
        pair.say(PLAIN + FIRST + "aa000000");
        pair.say(ERROR + FIRST + NO_ERROR + ECHO);
        List<Integer> values = new ArrayList<>();
        Acknowledgement answer = conversation.ask(
                request, message -> values.add(message.payload().getInt(0)));
        assertThat(answer.errno()).isZero();
        assertThat(values).containsExactly(0xaa);
    }

    @Test
    void shouldFailWhenAnswerIsGarbled() {
        pair.say("ff000000 1000 0200 " + FIRST + "aa000000");
        assertThatThrownBy(this::dump)
                .isInstanceOf(LinuxException.class)
                .hasMessage("RTM_GETLINK(test), netlink message of 255 octets with 20 left: Bad message (errno 74)");
    }

    @Test
    void shouldFailWhenAnswerIsCutOff() {
        pair.sayZeros(70_000);
        assertThatThrownBy(this::dump)
                .isInstanceOf(LinuxException.class)
                .hasMessage("RTM_GETLINK(test), recv: Message too long (errno 90)");
    }

    private List<Integer> dump() {
        return conversation.dump(request, message -> message.payload().getInt(0));
    }
}
