package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.answered;
import static dev.trigon.dataplane.forward.Row.dropped;
import static dev.trigon.dataplane.forward.Row.forwarded;
import static dev.trigon.dataplane.forward.Row.rejected;
import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** ICMP of both families: answered, brought to a server, sent in a router's place, or dropped; a row each. */
class IcmpTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5};
    private static final String GATEWAY = "10.2.0.2";
    private static final String GATEWAY6 = "2001:db8:2::2";
    private static final int SMALL_MTU = 600;
    /** RFC 1812, section 4.3.2.3, and RFC 4443, section 2.4 (c), less the headers of the error itself. */
    private static final int MOST_QUOTED = 576 - 28;

    private static final int MOST_QUOTED6 = 1_280 - 48;

    static Stream<Row> rows() {
        return Arrays.stream(Mode.values()).flatMap(mode -> rows(mode).stream());
    }

    private static List<Row> rows(Mode mode) {
        List<Row> rows = new ArrayList<>();
        echo(mode, rows);
        errors(mode, rows);
        noErrors(mode, rows);
        if (mode.layer3) {
            expired(mode, rows);
        }
        return rows;
    }

    private static TestFrame back(TestFrame frame) {
        return frame.toMac(TestFrame.CLIENT_MAC).fromMac(TestFrame.GATEWAY_MAC);
    }

    private static TestFrame message(Mode mode, int type, int code, int word) {
        TestFrame message = TestFrame.icmp(type, code, word);
        return (mode.v6 ? message.ipv6() : message).from(mode.router, 0).to(mode.vip, 0);
    }

    private static void echo(Mode mode, List<Row> rows) {
        TestFrame reply = back(message(mode, mode.v6 ? 129 : 0, 0, 7 << 16 | 9)
                .payload(DATA)
                .from(mode.vip, 0)
                .to(mode.client, 0)
                .trafficClass(0xBA));
        TestFrame request = mode.echo().payload(DATA).ttl(1).trafficClass(0xBA);
        rows.add(answered(mode + ", an echo request", request, reply));
        rows.add(answered(
                mode + ", an echo request in two tags, which stay, and padding",
                request.tag(0x88A8, 7).tag(0x8100, 0x6064).padTo(100),
                reply.tag(0x88A8, 7).tag(0x8100, 0x6064).padTo(100)));
        rows.add(answered(
                mode + ", a wrong echo request",
                mode.echo().sumOffBy(3),
                back(message(mode, mode.v6 ? 129 : 0, 0, 7 << 16 | 9)
                                .from(mode.vip, 0)
                                .to(mode.client, 0))
                        .sumOffBy(3)));
        TestFrame between = mode.v6
                ? mode.echo().extension(Extension.destinationOptions(8))
                : mode.echo().ipOptions(new byte[8]);
        rows.add(dropped(DropReason.ICMP_TYPE, mode + ", an echo request with options", between));
        int[] others =
                mode.v6 ? new int[] {0, 5, 129, 130, 133, 134, 136, 137} : new int[] {0, 4, 5, 9, 10, 13, 15, 17};
        for (int type : others) {
            rows.add(dropped(
                    DropReason.ICMP_TYPE,
                    mode + ", type " + type,
                    message(mode, type, 0, 0).payload(new byte[28])));
        }
        rows.add(dropped(
                DropReason.ICMP_TYPE, mode + ", an echo request of code 1", message(mode, mode.v6 ? 128 : 8, 1, 0)));
    }

    /** Each kind, about TCP and UDP, the least that is quoted and the most. */
    private static void errors(Mode mode, List<Row> rows) {
        int[][] kinds = mode.v6
                ? new int[][] {{1, 0, 0}, {1, 4, 0}, {2, 0, 1_280}, {3, 0, 0}, {4, 1, 40}}
                : new int[][] {{3, 1, 0}, {3, 3, 0}, {3, 4, 1_280}, {11, 0, 0}, {12, 0, 20 << 24}};
        int least = mode.v6 ? 48 : 28;
        for (int[] kind : kinds) {
            for (int octets : new int[] {least, 500}) {
                String what = mode + ", error " + kind[0] + "/" + kind[1] + ", " + octets + " octets quoted";
                TestFrame about = mode.reply(TestFrame.tcp(), 80).payload(new byte[1_000]);
                rows.add(forwarded(
                        what, error(mode, kind, about, octets), sent(mode, error(mode, kind, about, octets))));
            }
        }
        TestFrame fragment =
                mode.reply(TestFrame.tcp(), 80).payload(new byte[1_000]).fragment(0, true, 5);
        rows.add(forwarded(
                mode + ", an error about a first fragment",
                mode.tooBig(fragment, 100),
                sent(mode, mode.tooBig(fragment, 100))));
    }

    private static TestFrame error(Mode mode, int[] kind, TestFrame about, int octets) {
        return TestFrame.icmpError(kind[0], kind[1], kind[2], about, octets)
                .from(mode.router, 0)
                .to(mode.vip, 0)
                .trafficClass(0xC1);
    }

    /** In l3dsr over IPv4 in the gateway's name: the way may lead through the router that sent it. */
    private static TestFrame sent(Mode mode, TestFrame error) {
        TestFrame sent = mode.sent(error);
        return mode == Mode.L3DSR ? sent.from(GATEWAY, 0) : sent;
    }

    private static void noErrors(Mode mode, List<Row> rows) {
        TestFrame reply = mode.reply(TestFrame.tcp(), 80);
        Mode other = mode.v6 ? Mode.L2DSR_IPV6 : Mode.L2DSR;
        String another = mode == other ? (mode.v6 ? Mode.L3DSR_IPV6.vip : Mode.L3DSR.vip) : other.vip;
        rows.add(embedded(mode, "of another VIP", mode.tooBig(reply, 100).to(another, 0)));
        rows.add(embedded(mode, "an octet short of ports", mode.tooBig(reply, mode.v6 ? 47 : 27)));
        rows.add(embedded(mode, "quoting nothing", message(mode, mode.v6 ? 1 : 3, 0, 0)));
        rows.add(embedded(mode, "about what was sent to the VIP", mode.tooBig(mode.tcp(), 100)));
        rows.add(unknown(mode, "about another port", mode.tooBig(mode.reply(TestFrame.tcp(), 81), 100)));
        rows.add(unknown(
                mode,
                "about an echo reply",
                mode.tooBig(message(mode, mode.v6 ? 129 : 0, 0, 1).from(mode.vip, 0), 100)));
        rows.add(unknown(
                mode,
                "about a later fragment",
                mode.tooBig(
                        mode.reply(TestFrame.tcp(), 80).payload(new byte[64]).fragment(80, true, 5), 100)));
    }

    private static Row embedded(Mode mode, String what, TestFrame in) {
        return dropped(DropReason.ICMP_EMBEDDED, mode + ", an error " + what, in);
    }

    private static Row unknown(Mode mode, String what, TestFrame in) {
        return dropped(DropReason.ICMP_NO_FLOW, mode + ", an error " + what, in);
    }

    private static void expired(Mode mode, List<Row> rows) {
        for (TestFrame dying : List.of(
                mode.tcp(),
                mode.tcp().payload(new byte[1_300]),
                mode.udp().sum(TestFrame.Sum.PARTIAL).payload(DATA).padTo(90),
                mode.udp().tag(0x8100, 7),
                mode.tcp().payload(DATA).trafficClass(0xFF))) {
            byte[] frame = dying.ttl(1).build();
            rows.add(rejected(
                    DropReason.TTL_EXPIRED,
                    mode + ", the last hop, " + frame.length + " octets",
                    frame,
                    told(mode, mode.v6 ? 3 : 11, 0, 0, dying)));
        }
        TestFrame error = mode.tooBig(mode.reply(TestFrame.tcp(), 80), 100).ttl(1);
        rows.add(dropped(DropReason.TTL_EXPIRED, mode + ", the last hop of an error", error));
        TestFrame later = mode.udp().payload(new byte[80]).ttl(1);
        rows.add(dropped(
                DropReason.FRAGMENT_TINY,
                mode + ", the last hop of a piece of TCP",
                mode.tcp().fragment(8, false, 1).ttl(1)));
        byte[] first = later.fragments(48).get(0);
        rows.add(rejected(
                DropReason.TTL_EXPIRED,
                mode + ", the last hop of a first piece",
                first,
                quoting(mode, mode.v6 ? 3 : 11, 0, 0, Arrays.copyOfRange(first, TestFrame.ETHERNET, first.length))
                        .build()));
    }

    /** What a sender is told about its packet. */
    private static byte[] told(Mode mode, int type, int code, int word, TestFrame about) {
        TestFrame told = quoting(mode, type, code, word, about.packet());
        byte[] frame = about.build();
        boolean tagged = frame[12] == (byte) 0x81;
        return (tagged ? told.tag(0x8100, 7) : told).build();
    }

    private static TestFrame quoting(Mode mode, int type, int code, int word, byte[] packet) {
        int most = mode.v6 ? MOST_QUOTED6 : MOST_QUOTED;
        return back(message(mode, type, code, word)
                .payload(Arrays.copyOf(packet, Math.min(packet.length, most)))
                .from(mode.v6 ? GATEWAY6 : GATEWAY, 0)
                .to(mode.client, 0)
                .identification(0)
                .fragment(0));
    }

    private static Rig rig(AnswerPolicy policy) {
        ArmAddresses addresses = new ArmAddresses();
        addresses.set(Specs.address(GATEWAY), Specs.address(GATEWAY6));
        return new Rig(policy, addresses).serve(Mode.services());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldDecideAndRewrite(Row row) throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            row.hold(rig);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldTellTheMtuOfWhatIsTooLong(Mode mode) throws Exception {
        TestFrame tooLong = mode.tcp().payload(new byte[1_000]);
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.resolve(mode.server, SMALL_MTU);
            byte[] told = told(mode, mode.v6 ? 2 : 3, mode.v6 ? 0 : 4, SMALL_MTU, tooLong);
            rejected(DropReason.TOO_LARGE, mode + ", too long", tooLong.build(), told)
                    .hold(rig);
            dropped(
                            DropReason.TOO_LARGE,
                            mode + ", an error",
                            mode.tooBig(mode.reply(TestFrame.tcp(), 80).payload(new byte[1_000]), 900))
                    .hold(rig);
            int headers = mode.v6 ? 60 : 40;
            rig.send(mode.tcp().payload(new byte[SMALL_MTU - headers]));
            assertThat(rig.reading().of(Verdict.FORWARDED)).isOne();
            if (!mode.v6) {
                dropped(DropReason.TOO_LARGE, "to be fragmented", tooLong.fragment(0))
                        .hold(rig);
            }
        }
    }

    /** Where the gateway has no address it speaks as the VIP. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldSpeakAsTheVipWithoutAnAddress(Mode mode) throws Exception {
        TestFrame tooLong = mode.udp().payload(DATA);
        try (Rig rig = new Rig().serve(Mode.services())) {
            rig.resolve(mode.server, 20);
            byte[] told = quoting(mode, mode.v6 ? 2 : 3, mode.v6 ? 0 : 4, 20, tooLong.packet())
                    .from(mode.vip, 0)
                    .build();
            rejected(DropReason.TOO_LARGE, mode + ", too long", tooLong.build(), told)
                    .hold(rig);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldBringAnErrorToTheServerOfTheFlowItIsAbout(Mode mode) throws Exception {
        try (Rig rig = new Rig()) {
            Specs web = service("web").vip(mode.vip).backend(1, mode.server, 1).backend(2, mode.server + "1", 1);
            rig.serve(mode.layer3 ? web.l3dsr(Mode.DSCP) : web);
            for (int client = 1_000; client < 1_020; client++) {
                int server = Rig.server(rig.send(mode.tcp().from(mode.client, client)));
                TestFrame about = mode.reply(TestFrame.tcp(), 80).to(mode.client, client);

                assertThat(Rig.server(rig.send(mode.tooBig(about, 60)))).isEqualTo(server);
            }
            assertThat(rig.flowTable.size()).as("an error opens no flow").isEqualTo(20);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldAnswerNoMoreThanTheRate(Mode mode) throws Exception {
        try (Rig rig = rig(new AnswerPolicy(false, 10))) {
            assertThat(rig.send(mode.echo()).verdict()).isEqualTo(Verdict.ANSWERED);
            assertThat(rig.send(mode.echo()).reason()).isEqualTo(DropReason.RATE_LIMITED);
            rig.nowMs += 99;
            assertThat(rig.send(mode.echo()).reason()).isEqualTo(DropReason.RATE_LIMITED);
            rig.nowMs += 1;
            assertThat(rig.send(mode.echo()).verdict()).isEqualTo(Verdict.ANSWERED);

            rig.resolve(mode.server, 20);
            assertThat(rig.send(mode.udp()).egress()).isEqualTo(Rig.INGRESS);
            assertThat(rig.send(mode.udp()).egress()).isEqualTo(Batch.STAYS);
            rig.forwarder.observe();
            assertThat(rig.reading().of(Observed.ICMP_ERRORS_SENT)).isOne();
            assertThat(rig.reading().of(Observed.ICMP_ERRORS_SUPPRESSED)).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldCountAnErrorAsSentOnlyWhenTheKernelTookIt(Mode mode) throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.resolve(mode.server, 20);
            rig.send(mode.udp());
            Outcome refused = rig.send(mode.udp().build(), false, 105);

            rig.forwarder.observe();
            assertThat(refused.reason()).isEqualTo(DropReason.TOO_LARGE);
            assertThat(rig.reading().of(Observed.ICMP_ERRORS_SENT)).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldHandEchoRequestsToOneAndTheSameBackendIfAsked(Mode mode) throws Exception {
        try (Rig rig = rig(new AnswerPolicy(true, 10))) {
            for (int i = 0; i < 5; i++) {
                forwarded(mode + ", a ping", mode.echo(), mode.sent(mode.echo()))
                        .hold(rig);
            }
        }
    }

    /** Or a ping of more than the path takes would go unanswered for ever. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldBringAnErrorAboutAPingsAnswerToWhoAnswers(Mode mode) throws Exception {
        ArmAddresses addresses = new ArmAddresses();
        try (Rig rig = new Rig(new AnswerPolicy(true, 10), addresses)) {
            Specs web = service("web").vip(mode.vip).backend(1, mode.server, 1).backend(2, mode.server + "1", 1);
            rig.serve(mode.layer3 ? web.l3dsr(Mode.DSCP) : web);
            for (int client = 1; client < 9; client++) {
                String from = mode.client + client;
                int server = Rig.server(rig.send(mode.echo().from(from, 0)));
                TestFrame reply = message(mode, mode.v6 ? 129 : 0, 0, 7 << 16 | 9)
                        .from(mode.vip, 0)
                        .to(from, 0);

                assertThat(Rig.server(rig.send(mode.tooBig(reply, 60)))).isEqualTo(server);
                unknown(
                                mode,
                                "about a request",
                                mode.tooBig(mode.echo().from(mode.vip, 0).to(from, 0), 60))
                        .hold(rig);
            }
        }
    }

    /** No frame may show in what becomes of another. */
    @Test
    void shouldDecideABatchAsItDecidesEachFrame() throws Exception {
        List<Row> rows = Stream.concat(rows(), LinkTest.rows()).toList();
        try (Rig rig = rig(new AnswerPolicy(false, 1_000_000))) {
            for (int from = 0; from < rows.size(); from += Worker.BATCH) {
                List<Row> some = rows.subList(from, Math.min(rows.size(), from + Worker.BATCH));
                rig.batch.clear();
                some.forEach(row -> rig.receive(row.in(), row.cut()));
                rig.pass(0);
                for (int i = 0; i < some.size(); i++) {
                    Row row = some.get(i);
                    byte[] left = rig.batch.egress(i) == Batch.STAYS ? Row.NOTHING : rig.frame(i);
                    assertThat(Octets.hex(left)).as(row.what()).isEqualTo(Octets.hex(row.out()));
                }
            }
            for (Verdict verdict : Verdict.values()) {
                long expected =
                        rows.stream().filter(row -> row.verdict() == verdict).count();
                assertThat(rig.reading().of(verdict)).as("%s", verdict).isEqualTo(expected);
            }
        }
    }

    /** RFC 1812, section 4.3.2.7: an address of class E is nobody's. */
    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"L2DSR", "L3DSR"})
    void shouldTellNobodyInClassE(Mode mode) throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.resolve(mode.server, 20);
            dropped(DropReason.TOO_LARGE, "too long", mode.udp().from("240.0.0.1", 1))
                    .hold(rig);
        }
    }

    /** What is served is ours; all the rest is its kernel's, which has its own copy. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldLeaveTheRestOfItsOwnAddressToTheGateway(Mode mode) throws Exception {
        try (Rig rig = new Rig()) {
            rig.ownAddresses = Set.of(Specs.address(mode.vip));
            rig.serve(Mode.services());
            assertThat(rig.send(mode.tcp()).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.send(mode.tooBig(mode.reply(TestFrame.tcp(), 80), 100))
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED);
            List<TestFrame> theKernels = new ArrayList<>(List.of(
                    mode.tcp().to(mode.vip, 22),
                    mode.echo(),
                    message(mode, 13, 0, 0),
                    message(mode, mode.v6 ? 1 : 3, 0, 0),
                    mode.tooBig(mode.reply(TestFrame.tcp(), 22), 100)));
            if (mode.v6) {
                theKernels.add(TestFrame.neighborSolicitation(mode.vip).from("fe80::1", 0));
            } else {
                theKernels.add(TestFrame.ip(47).to(mode.vip, 0));
            }
            for (TestFrame frame : theKernels) {
                assertThat(rig.send(frame).verdict()).isEqualTo(Verdict.PASSED);
            }
        }
    }
}
