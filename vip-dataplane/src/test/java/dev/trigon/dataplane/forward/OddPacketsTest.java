package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a VIP meets besides TCP and UDP over plain IPv4: a frame in, a verdict and a frame out, a row each. */
class OddPacketsTest {
    private static final int DSCP = 5;
    private static final String VIP = "203.0.113.10";
    private static final String FAR = "203.0.113.20";
    private static final String VIP6 = "2001:db8:f::10";
    private static final String FAR6 = "2001:db8:f::20";
    private static final String SERVER = "10.2.0.11";
    private static final String SERVER6 = "2001:db8:2::11";
    private static final String CLIENT = "198.51.100.10";
    private static final String CLIENT6 = "2001:db8:c::10";
    private static final long SERVER_MAC = Rig.SERVER_MACS | 0x11;
    private static final long SERVER4_MAC = Rig.SERVER_MACS | 11;
    private static final byte[] DATA = {1, 2, 3, 4, 5};

    private static Specs[] services() {
        return new Specs[] {
            service("web").maglev().backend(1, SERVER, 1),
            service("far").vip(FAR).l3dsr(DSCP).backend(2, SERVER, 1),
            service("web6").vip(VIP6).maglev().backend(3, SERVER6, 1),
            service("far6").vip(FAR6).l3dsr(DSCP).backend(4, SERVER6, 1),
            service("dns6").vip(VIP6).udp().ports(new PortRange(53, 53)).backend(5, SERVER6, 1)
        };
    }

    record Row(
            String what,
            byte[] in,
            Verdict verdict,
            @Nullable DropReason reason,
            byte[] out) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row row(String what, Verdict verdict, TestFrame in, TestFrame out) {
        return new Row(what, in.build(), verdict, null, out.build());
    }

    private static Row passed(String what, TestFrame in) {
        return new Row(what, in.build(), Verdict.PASSED, null, new byte[0]);
    }

    private static Row dropped(DropReason why, String what, TestFrame in) {
        return new Row(what, in.build(), Verdict.DROPPED, why, new byte[0]);
    }

    private static TestFrame tcp6() {
        return TestFrame.tcp().ipv6().from(CLIENT6, 40_000).to(VIP6, 80).payload(DATA);
    }

    private static TestFrame udp6() {
        return TestFrame.udp().ipv6().from(CLIENT6, 40_000).to(VIP6, 53).payload(DATA);
    }

    private static TestFrame sent(TestFrame frame) {
        return frame.toMac(SERVER_MAC).fromMac(Rig.EGRESS_MAC);
    }

    private static TestFrame sent4(TestFrame frame) {
        return frame.toMac(SERVER4_MAC).fromMac(Rig.EGRESS_MAC);
    }

    private static TestFrame answered(TestFrame frame) {
        return frame.toMac(TestFrame.CLIENT_MAC).fromMac(TestFrame.GATEWAY_MAC);
    }

    static Stream<Row> rows() {
        return Stream.of(ipv6(), echo(), errors(), neighbours(), tagged(), malformed())
                .flatMap(List::stream);
    }

    private static List<Row> ipv6() {
        return List.of(
                row("l2dsr, TCP over IPv6", Verdict.FORWARDED, tcp6(), sent(tcp6())),
                row("l2dsr, UDP over IPv6", Verdict.FORWARDED, udp6(), sent(udp6())),
                row(
                        "l2dsr, a partial checksum over IPv6",
                        Verdict.FORWARDED,
                        tcp6().sum(TestFrame.Sum.PARTIAL),
                        sent(tcp6())),
                row(
                        "l3dsr, TCP over IPv6, its flow label and ECN kept",
                        Verdict.FORWARDED,
                        tcp6().to(FAR6, 80).ttl(2).trafficClass(0xFD).flowLabel(0xABCDE),
                        sent(tcp6().to(SERVER6, 80)
                                .ttl(1)
                                .trafficClass(DSCP << 2 | 1)
                                .flowLabel(0xABCDE))),
                row(
                        "l3dsr, a partial checksum over IPv6",
                        Verdict.FORWARDED,
                        tcp6().to(FAR6, 80).sum(TestFrame.Sum.PARTIAL),
                        sent(tcp6().to(SERVER6, 80).ttl(63).trafficClass(DSCP << 2))),
                dropped(DropReason.NO_SERVICE, "another port over IPv6", tcp6().to(VIP6, 81)),
                passed("IPv6 to an address that is no VIP", tcp6().to("2001:db8:f::11", 80)));
    }

    private static List<Row> echo() {
        return List.of(
                row(
                        "an echo request",
                        Verdict.ANSWERED,
                        TestFrame.echoRequest(7, 9).payload(DATA).ttl(3),
                        answered(TestFrame.icmp(0, 0, 7 << 16 | 9)
                                .payload(DATA)
                                .from(VIP, 0)
                                .to(CLIENT, 0))),
                row(
                        "an echo request over IPv6",
                        Verdict.ANSWERED,
                        TestFrame.echoRequest6(7, 9)
                                .payload(DATA)
                                .from(CLIENT6, 0)
                                .to(VIP6, 0)
                                .ttl(3),
                        answered(TestFrame.icmp(129, 0, 7 << 16 | 9)
                                .ipv6()
                                .payload(DATA)
                                .from(VIP6, 0)
                                .to(CLIENT6, 0))),
                dropped(
                        DropReason.ICMP_TYPE,
                        "an echo request with IP options",
                        TestFrame.echoRequest(7, 9).ipOptions(new byte[8])),
                dropped(DropReason.ICMP_TYPE, "a timestamp request", TestFrame.icmp(13, 0, 0)),
                dropped(
                        DropReason.ICMP_TYPE,
                        "a router advertisement",
                        TestFrame.icmp(134, 0, 0)
                                .ipv6()
                                .from(CLIENT6, 0)
                                .to(VIP6, 0)
                                .payload(new byte[8])));
    }

    /** What a server sent as the VIP. */
    private static TestFrame reply(String vip, String client) {
        TestFrame reply = TestFrame.tcp();
        if (vip.contains(":")) {
            reply = reply.ipv6();
        }
        return reply.from(vip, 80).to(client, 40_000).payload(new byte[1_200]);
    }

    private static TestFrame error(int type, int code, int word, String vip, String client) {
        return TestFrame.icmpError(type, code, word, reply(vip, client), 548)
                .from(client.contains(":") ? "2001:db8::1" : "192.0.2.1", 0)
                .to(vip, 0);
    }

    private static List<Row> errors() {
        return List.of(
                row(
                        "fragmentation needed, of a flow that hashes",
                        Verdict.FORWARDED,
                        error(3, 4, 1_280, VIP, CLIENT),
                        sent4(error(3, 4, 1_280, VIP, CLIENT))),
                row(
                        "packet too big, of a flow that hashes",
                        Verdict.FORWARDED,
                        error(2, 0, 1_280, VIP6, CLIENT6),
                        sent(error(2, 0, 1_280, VIP6, CLIENT6))),
                dropped(DropReason.ICMP_NO_FLOW, "fragmentation needed, of no flow", error(3, 4, 1_280, FAR, CLIENT)),
                dropped(
                        DropReason.ICMP_EMBEDDED,
                        "an error about a packet of another VIP",
                        error(3, 4, 1_280, FAR, CLIENT).to(VIP, 0)),
                dropped(
                        DropReason.ICMP_EMBEDDED,
                        "an error that quotes nothing",
                        TestFrame.icmp(11, 0, 0).from("192.0.2.1", 0)));
    }

    private static List<Row> neighbours() {
        byte[] theirs = TestFrame.linkLayerOption(1, TestFrame.CLIENT_MAC);
        byte[] ours = TestFrame.linkLayerOption(2, TestFrame.GATEWAY_MAC);
        TestFrame question = TestFrame.neighborSolicitation(VIP6, theirs).from("fe80::1", 0);
        byte[] target = Arrays.copyOfRange(question.packet(), 48, 64);
        byte[] body = Arrays.copyOf(target, 24);
        System.arraycopy(ours, 0, body, 16, 8);
        TestFrame answer = answered(TestFrame.icmp(136, 0, 0x6000_0000)
                .ipv6()
                .ttl(255)
                .payload(body)
                .from(VIP6, 0)
                .to("fe80::1", 0));
        return List.of(
                row("a neighbour solicitation for the VIP", Verdict.ANSWERED, question, answer),
                passed(
                        "one for another address",
                        TestFrame.neighborSolicitation("2001:db8:f::11", theirs).from("fe80::1", 0)),
                passed(
                        "one that came through a router",
                        TestFrame.neighborSolicitation(VIP6, theirs)
                                .from("fe80::1", 0)
                                .ttl(254)));
    }

    /** They leave by another interface, whose own tags the kernel puts on. */
    private static List<Row> tagged() {
        return List.of(
                row("a tag", Verdict.FORWARDED, tcp6().tag(0x8100, 100), sent(tcp6())),
                row(
                        "two tags, IPv4",
                        Verdict.FORWARDED,
                        TestFrame.tcp().tag(0x88A8, 7).tag(0x8100, 100),
                        sent4(TestFrame.tcp())),
                row(
                        "an echo request with a tag, which stays",
                        Verdict.ANSWERED,
                        TestFrame.echoRequest(7, 9).tag(0x8100, 0x6064),
                        answered(TestFrame.icmp(0, 0, 7 << 16 | 9).from(VIP, 0).to(CLIENT, 0))
                                .tag(0x8100, 0x6064)));
    }

    private static List<Row> malformed() {
        return List.of(
                dropped(DropReason.BAD_ADDRESS, "from a group", TestFrame.tcp().from("224.0.0.1", 40_000)),
                dropped(DropReason.BAD_ADDRESS, "from ::1", tcp6().from("::1", 40_000)),
                dropped(
                        DropReason.BAD_EXTENSION_HEADERS,
                        "one that the VIP is to route on",
                        tcp6().extension(Extension.routing(4, 1))),
                new Row(
                        "a first fragment without all of TCP",
                        TestFrame.tcp().payload(DATA).fragments(8).get(0),
                        Verdict.DROPPED,
                        DropReason.FRAGMENT_TINY,
                        new byte[0]),
                dropped(DropReason.SUPER_PACKET, "UDP longer than the MTU", udp6().payload(new byte[3_000])));
    }

    private static Rig rig(AnswerPolicy policy) {
        Rig rig = new Rig(policy);
        rig.serve(services());
        return rig;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldDecideAndRewrite(Row row) throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            Outcome outcome = rig.send(row.in);

            assertThat(outcome.verdict()).as("%s: %s", row, outcome.reason()).isEqualTo(row.verdict);
            assertThat(outcome.reason()).isEqualTo(row.reason);
            if (row.out.length > 0) {
                assertThat(outcome.frame()).isEqualTo(row.out);
                assertThat(outcome.egress()).isEqualTo(row.verdict == Verdict.FORWARDED ? Rig.EGRESS : Rig.INGRESS);
            } else {
                assertThat(outcome.egress()).isEqualTo(Batch.STAYS);
            }
        }
    }

    @Test
    void shouldBringAnErrorToTheServerOfTheFlowItIsAbout() throws Exception {
        try (Rig rig = new Rig()) {
            rig.serve(
                    service("web").backend(1, SERVER, 1).backend(2, "10.2.0.12", 1),
                    service("web6").vip(VIP6).backend(3, SERVER6, 1).backend(4, "2001:db8:2::12", 1));
            for (int client = 1_000; client < 1_020; client++) {
                int server = Rig.server(rig.send(
                        TestFrame.tcp().from(CLIENT, client).to(VIP, 80).build()));
                TestFrame about = reply(VIP, CLIENT).to(CLIENT, client);
                Outcome error = rig.send(TestFrame.icmpError(3, 4, 1_280, about, 28)
                        .from("192.0.2.1", 0)
                        .to(VIP, 0)
                        .build());
                assertThat(Rig.server(error)).isEqualTo(server);

                int server6 = Rig.server(
                        rig.send(tcp6().from(CLIENT6, client).to(VIP6, 80).build()));
                TestFrame about6 = reply(VIP6, CLIENT6).to(CLIENT6, client);
                Outcome error6 = rig.send(TestFrame.icmpError(2, 0, 1_280, about6, 48)
                        .from("2001:db8::1", 0)
                        .to(VIP6, 0)
                        .build());
                assertThat(Rig.server(error6)).isEqualTo(server6);
            }
            assertThat(rig.flowTable.size()).as("an error opens no flow").isEqualTo(40);
        }
    }

    @Test
    void shouldRedirectAnErrorInL3dsrAndLeaveWhatItQuotes() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.send(tcp6().to(FAR6, 80).build());
            Outcome outcome = rig.send(error(2, 0, 1_280, FAR6, CLIENT6).build());

            assertThat(outcome.frame())
                    .isEqualTo(sent(error(2, 0, 1_280, FAR6, CLIENT6))
                            .to(SERVER6, 0)
                            .ttl(63)
                            .trafficClass(DSCP << 2)
                            .build());
        }
    }

    /** The router that sent it may be on the way to the server, and would not take a packet from itself. */
    @Test
    void shouldPassAnErrorOnInTheGatewaysNameInL3dsr() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            Rig.ARM.addresses().set(Specs.address("10.2.0.2"), null);
            rig.send(TestFrame.tcp().to(FAR, 80).build());
            Outcome outcome = rig.send(error(3, 4, 1_280, FAR, CLIENT).build());

            assertThat(outcome.frame())
                    .isEqualTo(sent4(error(3, 4, 1_280, FAR, CLIENT))
                            .from("10.2.0.2", 0)
                            .to(SERVER, 0)
                            .ttl(63)
                            .trafficClass(DSCP << 2)
                            .build());
        } finally {
            Rig.ARM.addresses().set(null, null);
        }
    }

    @Test
    void shouldAnswerNoMoreEchoRequestsThanTheRate() throws Exception {
        try (Rig rig = rig(new AnswerPolicy(false, 10))) {
            assertThat(rig.send(TestFrame.echoRequest(1, 1).build()).verdict()).isEqualTo(Verdict.ANSWERED);
            assertThat(rig.send(TestFrame.echoRequest(1, 2).build()).reason()).isEqualTo(DropReason.RATE_LIMITED);
            rig.nowMs += 100;
            assertThat(rig.send(TestFrame.echoRequest(1, 3).build()).verdict()).isEqualTo(Verdict.ANSWERED);
        }
    }

    @Test
    void shouldSendNoMoreErrorsThanTheRateAndNoneAboutErrors() throws Exception {
        try (Rig rig = rig(new AnswerPolicy(false, 10))) {
            byte[] dying = tcp6().to(FAR6, 80).ttl(1).build();
            assertThat(rig.send(dying).egress()).isEqualTo(Rig.INGRESS);
            assertThat(rig.send(dying).egress()).isEqualTo(Batch.STAYS);
            rig.nowMs += 1_000;
            rig.send(tcp6().to(FAR6, 80).build());
            Outcome error = rig.send(error(2, 0, 1_280, FAR6, CLIENT6).ttl(1).build());
            assertThat(error.reason()).isEqualTo(DropReason.TTL_EXPIRED);
            assertThat(error.egress()).isEqualTo(Batch.STAYS);
        }
    }

    @Test
    void shouldHandEchoRequestsToOneAndTheSameBackendIfAsked() throws Exception {
        try (Rig rig = rig(new AnswerPolicy(true, 10))) {
            for (int i = 0; i < 5; i++) {
                assertThat(Rig.server(rig.send(TestFrame.echoRequest(1, i).build())))
                        .isEqualTo(11);
            }
        }
    }

    @Test
    void shouldKeepTagsOnTheInterfaceTheyCameBy() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.resolveOnIngress(SERVER6);
            Outcome outcome = rig.send(tcp6().tag(0x88A8, 7).tag(0x8100, 0x6064).build());

            assertThat(outcome.frame())
                    .isEqualTo(sent(tcp6()).tag(0x88A8, 7).tag(0x8100, 0x6064).build());
            assertThat(outcome.egress()).isEqualTo(Rig.INGRESS);
        }
    }

    @Test
    void shouldSegmentTcpSuperPackets() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            rig.resolve(SERVER6, 1_400);
            byte[] payload = new byte[30_000];
            assertThat(rig.send(tcp6().payload(payload).build()).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.batch.segment(0)).isEqualTo(1_400 - 60);
            assertThat(rig.send(TestFrame.tcp()
                                    .tcpOptions(new byte[12])
                                    .payload(payload)
                                    .build())
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED);
            assertThat(rig.batch.segment(0)).isEqualTo(1_500 - 52);
            rig.send(TestFrame.tcp().payload(new byte[1_460]).build());
            assertThat(rig.batch.segment(0)).isEqualTo(Batch.WHOLE);
        }
    }

    /** Nobody merges fragments: one that is longer than the MTU was sent so, and may go where there is room for it. */
    @Test
    void shouldNotSegmentFragments() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            List<byte[]> fragments = tcp6().payload(new byte[4_000]).fragments(2_000);
            assertThat(rig.send(fragments.get(0)).reason()).isEqualTo(DropReason.TOO_LARGE);
            assertThat(rig.send(fragments.get(1)).reason()).isEqualTo(DropReason.TOO_LARGE);
            rig.resolve(SERVER6, 9_000);
            fragments = tcp6().identification(5).payload(new byte[4_000]).fragments(2_000);
            assertThat(rig.send(fragments.get(0)).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.batch.segment(0)).isEqualTo(Batch.WHOLE);
        }
    }

    /** Headers come in every part, and here there is no room for anything else. */
    @Test
    void shouldNotSegmentWhatIsAllHeaders() throws Exception {
        try (Rig rig = rig(AnswerPolicy.DEFAULT)) {
            for (int octets : new int[] {1_440, 1_448, 2_000}) {
                TestFrame frame =
                        tcp6().extension(Extension.destinationOptions(octets)).payload(new byte[600]);
                assertThat(rig.send(frame.build()).reason()).isEqualTo(DropReason.TOO_LARGE);
            }
            TestFrame fits =
                    tcp6().extension(Extension.destinationOptions(1_432)).payload(new byte[600]);
            assertThat(rig.send(fits.build()).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.batch.segment(0)).isEqualTo(8);
        }
    }

    /** Its ports that are served are ours; all the rest is its kernel's, which has its own copy. */
    @Test
    void shouldLeaveTheRestOfItsOwnAddressToTheGateway() throws Exception {
        try (Rig rig = new Rig()) {
            rig.ownAddresses = Set.of(Specs.address(VIP), Specs.address(VIP6));
            rig.serve(services());
            assertThat(rig.send(TestFrame.tcp().build()).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.send(tcp6().build()).verdict()).isEqualTo(Verdict.FORWARDED);
            for (TestFrame frame : List.of(
                    TestFrame.tcp().to(VIP, 22),
                    tcp6().to(VIP6, 22),
                    TestFrame.echoRequest(1, 1),
                    TestFrame.ip(47),
                    TestFrame.icmp(13, 0, 0),
                    error(3, 4, 1_280, FAR, CLIENT).to(VIP, 0),
                    TestFrame.neighborSolicitation(VIP6).from("fe80::1", 0))) {
                assertThat(rig.send(frame.build()).verdict()).isEqualTo(Verdict.PASSED);
            }
        }
    }
}
