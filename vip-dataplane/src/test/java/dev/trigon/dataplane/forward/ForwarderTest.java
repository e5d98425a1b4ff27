package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.dropped;
import static dev.trigon.dataplane.forward.Row.forwarded;
import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.BackendMeter;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A frame in, a verdict and a frame out: a row each. */
class ForwarderTest {
    private static final int IP = TestFrame.ETHERNET;
    private static final int DSCP = 5;
    private static final String FAR_VIP = "203.0.113.20";
    private static final long SERVER_MAC = Rig.SERVER_MACS | 11;

    /** What stands behind every row. */
    private static Specs[] services() {
        return new Specs[] {
            service("web").backend(1, "10.2.0.11", 100),
            service("dns").udp().ports(new PortRange(53, 53)).backend(2, "10.2.0.11", 100),
            service("far").vip(FAR_VIP).l3dsr(DSCP).backend(3, "10.2.0.11", 100),
            service("far-dns")
                    .vip(FAR_VIP)
                    .l3dsr(DSCP)
                    .udp()
                    .ports(new PortRange(53, 53))
                    .maglev()
                    .backend(4, "10.2.0.11", 100),
            service("drained").ports(new PortRange(81, 81)).backend(5, "10.2.0.12", 0),
            service("empty").ports(new PortRange(82, 82)).maglev(),
            service("small").ports(new PortRange(83, 83)).backend(6, "10.2.0.13", 100),
            service("unknown").ports(new PortRange(84, 84)).backend(7, "10.2.0.14", 100)
        };
    }

    /** Dropped, and its sender told: from the VIP, since this gateway has no address there. */
    private static Row rejected(DropReason reason, String what, TestFrame in, int type, int code, int word) {
        byte[] frame = in.build();
        byte[] told = TestFrame.icmpError(type, code, word, in, 548)
                .from(Arrays.copyOfRange(frame, IP + 16, IP + 20), 0)
                .to("198.51.100.10", 0)
                .fromMac(TestFrame.GATEWAY_MAC)
                .toMac(TestFrame.CLIENT_MAC)
                .fragment(0)
                .identification(0)
                .build();
        return Row.rejected(reason, what, frame, told);
    }

    private static Row refused(DropReason reason, String what, int errno) {
        return Row.refused(reason, what, TestFrame.tcp().build(), errno);
    }

    static Stream<Row> rows() {
        return Stream.of(golden(), l2dsr(), l3dsr(), malformed(), unserved(), tooLarge(), refusals())
                .flatMap(List::stream);
    }

    /** Checksums worked out apart from any code here. */
    private static List<Row> golden() {
        byte[] query = hex(
                "020000000002 020000000001 0800",
                "45 03 0020 1234 4000 40 11 c24d c633640a cb00710a",
                "9c40 0035 000c 2683 64737221");
        return List.of(
                forwarded(
                        "l2dsr, golden",
                        query,
                        hex(
                                "02000000000b 020000000003 0800",
                                "45 03 0020 1234 4000 40 11 c24d c633640a cb00710a",
                                "9c40 0035 000c 2683 64737221")),
                forwarded(
                        "l2dsr with a partial checksum, golden",
                        hex(
                                "020000000002 020000000001 0800",
                                "45 03 0020 1234 4000 40 11 c24d c633640a cb00710a",
                                "9c40 0035 000c 6666 64737221"),
                        hex(
                                "02000000000b 020000000003 0800",
                                "45 03 0020 1234 4000 40 11 c24d c633640a cb00710a",
                                "9c40 0035 000c 2683 64737221")),
                forwarded(
                        "l3dsr, golden",
                        hex(
                                "020000000002 020000000001 0800",
                                "45 03 0020 1234 4000 40 11 c243 c633640a cb007114",
                                "9c40 0035 000c 2679 64737221"),
                        hex(
                                "02000000000b 020000000003 0800",
                                "45 17 0020 1234 4000 3f 11 f537 c633640a 0a02000b",
                                "9c40 0035 000c 5881 64737221")));
    }

    /** The same frame in and out, but for the MACs: built twice. */
    private static Row layer2(String what, UnaryOperator<TestFrame> in, UnaryOperator<TestFrame> out) {
        TestFrame arriving = in.apply(TestFrame.tcp());
        TestFrame leaving = out.apply(in.apply(TestFrame.tcp()));
        return forwarded("l2dsr, " + what, arriving.build(), sent(leaving).build());
    }

    private static TestFrame sent(TestFrame frame) {
        return frame.toMac(SERVER_MAC).fromMac(Rig.EGRESS_MAC);
    }

    private static List<Row> l2dsr() {
        byte[] data = {1, 2, 3, 4, 5};
        return List.of(
                layer2("TCP", f -> f.payload(data), f -> f),
                layer2("TCP SYN", f -> f.flags(2), f -> f),
                layer2("TCP with a partial checksum", f -> f.payload(data).sum(Sum.PARTIAL), f -> f.sum(Sum.FULL)),
                layer2("TCP with a wrong checksum", f -> f.payload(data).sumOffBy(77), f -> f),
                layer2("IP options", f -> f.ipOptions(new byte[8]).payload(data), f -> f),
                layer2("padded", f -> f.padTo(60), f -> f),
                layer2("the last hop of its life", f -> f.ttl(1), f -> f),
                layer2("reserved bit and all of ECN", f -> f.fragment(0x8000).trafficClass(0xFF), f -> f),
                forwarded(
                        "l2dsr, UDP without a checksum",
                        TestFrame.udp().to("203.0.113.10", 53).sum(Sum.ZERO).build(),
                        sent(TestFrame.udp().to("203.0.113.10", 53).sum(Sum.ZERO))
                                .build()));
    }

    private static Row layer3(String what, TestFrame in, TestFrame out, int port) {
        return forwarded(
                "l3dsr, " + what,
                in.to(FAR_VIP, port).ttl(2).trafficClass(0xFD).build(),
                sent(out)
                        .to("10.2.0.11", port)
                        .ttl(1)
                        .trafficClass(DSCP << 2 | 1)
                        .build());
    }

    private static List<Row> l3dsr() {
        byte[] data = {1, 2, 3, 4, 5};
        return List.of(
                layer3("TCP", TestFrame.tcp().payload(data), TestFrame.tcp().payload(data), 80),
                layer3("UDP", TestFrame.udp().payload(data), TestFrame.udp().payload(data), 53),
                layer3(
                        "TCP with a partial checksum",
                        TestFrame.tcp().payload(data).sum(Sum.PARTIAL),
                        TestFrame.tcp().payload(data),
                        80),
                layer3(
                        "UDP with a partial checksum",
                        TestFrame.udp().payload(data).sum(Sum.PARTIAL),
                        TestFrame.udp().payload(data),
                        53),
                layer3(
                        "UDP without a checksum",
                        TestFrame.udp().payload(data).sum(Sum.ZERO),
                        TestFrame.udp().payload(data).sum(Sum.ZERO),
                        53),
                layer3(
                        "wrong checksums",
                        TestFrame.tcp().payload(data).sumOffBy(99).ipSumOffBy(3),
                        TestFrame.tcp().payload(data).sumOffBy(99).ipSumOffBy(3),
                        80),
                layer3(
                        "IP options",
                        TestFrame.tcp().ipOptions(new byte[40]).payload(data),
                        TestFrame.tcp().ipOptions(new byte[40]).payload(data),
                        80),
                layer3("padded", TestFrame.udp().padTo(60), TestFrame.udp().padTo(60), 53));
    }

    private static byte[] damaged(int at, int value) {
        byte[] frame = TestFrame.tcp().build();
        frame[at] = (byte) value;
        return frame;
    }

    private static List<Row> malformed() {
        return List.of(
                dropped(DropReason.TRUNCATED, "nothing at all", Row.NOTHING),
                dropped(DropReason.TRUNCATED, "13 octets", new byte[13]),
                dropped(DropReason.TRUNCATED, "half an IP header", hex("020000000002 020000000001 0800 45000020")),
                dropped(DropReason.TRUNCATED, "longer than the frame", damaged(IP + 3, 41)),
                dropped(DropReason.TRUNCATED, "no room for TCP", damaged(IP + 3, 30)),
                dropped(DropReason.BAD_IP_HEADER, "IHL 4", damaged(IP, 0x44)),
                dropped(DropReason.BAD_IP_HEADER, "version 5", damaged(IP, 0x55)),
                dropped(DropReason.BAD_IP_HEADER, "shorter than its header", damaged(IP + 3, 8)),
                dropped(DropReason.BAD_TRANSPORT_HEADER, "TCP data offset 4", damaged(IP + 32, 0x40)),
                dropped(DropReason.BAD_TRANSPORT_HEADER, "TCP data offset 6", damaged(IP + 32, 0x60)));
    }

    private static List<Row> unserved() {
        return List.of(
                dropped(DropReason.PROTOCOL, "GRE", TestFrame.ip(47)),
                dropped(DropReason.PROTOCOL, "protocol 0", TestFrame.ip(0)),
                dropped(DropReason.NO_SERVICE, "another port", TestFrame.tcp().to("203.0.113.10", 79)),
                dropped(
                        DropReason.NO_SERVICE,
                        "another protocol",
                        TestFrame.udp().to("203.0.113.10", 80)),
                dropped(
                        DropReason.NO_SERVICE,
                        "another VIP's port",
                        TestFrame.tcp().to(FAR_VIP, 81)),
                dropped(DropReason.NO_BACKEND, "all weights 0", TestFrame.tcp().to("203.0.113.10", 81)),
                dropped(DropReason.NO_BACKEND, "no backends", TestFrame.tcp().to("203.0.113.10", 82)),
                rejected(
                        DropReason.TTL_EXPIRED,
                        "l3dsr, TTL 1",
                        TestFrame.tcp().to(FAR_VIP, 80).ttl(1),
                        11,
                        0,
                        0),
                rejected(
                        DropReason.TTL_EXPIRED,
                        "l3dsr, TTL 0",
                        TestFrame.tcp().to(FAR_VIP, 80).ttl(0),
                        11,
                        0,
                        0));
    }

    /** The next hop of port 83 takes 600 octets of IP. */
    private static List<Row> tooLarge() {
        TestFrame fits = TestFrame.tcp().to("203.0.113.10", 83).payload(new byte[560]);
        TestFrame sent = TestFrame.tcp().to("203.0.113.10", 83).payload(new byte[560]);
        return List.of(
                forwarded(
                        "as large as the MTU",
                        fits.build(),
                        sent.toMac(Rig.SERVER_MACS | 13).fromMac(Rig.EGRESS_MAC).build()),
                rejected(
                        DropReason.TOO_LARGE,
                        "an octet larger than the MTU",
                        TestFrame.tcp().to("203.0.113.10", 83).payload(new byte[561]),
                        3,
                        4,
                        600),
                dropped(
                        DropReason.TOO_LARGE,
                        "an octet larger than the MTU, and to be fragmented",
                        TestFrame.tcp().fragment(0).to("203.0.113.10", 83).payload(new byte[561])),
                new Row(
                        "a frame that the capture cut",
                        TestFrame.tcp().build(),
                        true,
                        0,
                        Verdict.DROPPED,
                        DropReason.TOO_LARGE,
                        Row.NOTHING));
    }

    private static List<Row> refusals() {
        return List.of(
                refused(DropReason.TOO_LARGE, "EMSGSIZE", 90),
                refused(DropReason.EGRESS_FULL, "ENOBUFS", 105),
                refused(DropReason.EGRESS_FULL, "EAGAIN", 11),
                refused(DropReason.EGRESS_DOWN, "ENETDOWN", 100),
                refused(DropReason.EGRESS_DOWN, "ENXIO", 6),
                refused(DropReason.EGRESS_DOWN, "ENODEV", 19),
                refused(DropReason.EGRESS_REFUSED, "EPERM", 1),
                new Row(
                        "ENETDOWN for an answer",
                        hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c6336401"
                                + "000000000000 cb00710a"),
                        false,
                        100,
                        Verdict.DROPPED,
                        DropReason.EGRESS_DOWN,
                        Row.NOTHING));
    }

    private static Rig rig() {
        Rig rig = new Rig().serve(services());
        rig.resolve("10.2.0.13", 600);
        rig.unresolve("10.2.0.14");
        return rig;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldDecideAndRewrite(Row row) throws Exception {
        try (Rig rig = rig()) {
            row.hold(rig);
            assertMetersCountWhatWasForwarded(rig, row);
        }
    }

    private static void assertMetersCountWhatWasForwarded(Rig rig, Row row) {
        long packets = 0;
        long octets = 0;
        for (int id = 1; id <= 7; id++) {
            BackendMeter meter =
                    rig.table.backend(id) == null ? null : rig.table.backend(id).meter();
            packets += meter == null ? 0 : meter.packets();
            octets += meter == null ? 0 : meter.octets();
        }
        boolean forwarded = row.verdict() == Verdict.FORWARDED;
        assertThat(packets).isEqualTo(forwarded ? 1 : 0);
        int ipLength = forwarded ? (row.in()[IP + 2] & 0xFF) << 8 | (row.in()[IP + 3] & 0xFF) : 0;
        assertThat(octets).as("octets of IP, without padding").isEqualTo(ipLength);
    }

    @Test
    void shouldNotSendThroughARouterInL2dsr() throws Exception {
        try (Rig rig = new Rig()) {
            rig.serve(
                    service("near").backend(1, "10.2.0.11", 1),
                    service("far").vip(FAR_VIP).l3dsr(3).backend(2, "10.2.0.12", 1));
            rig.reroute("10.2.0.11");
            rig.reroute("10.2.0.12");

            Rig.Outcome near = rig.send(TestFrame.tcp().to("203.0.113.10", 80).build());
            Rig.Outcome far = rig.send(TestFrame.tcp().to(FAR_VIP, 80).build());

            assertThat(near.reason()).isEqualTo(DropReason.NOT_ON_SEGMENT);
            assertThat(near.frame()).isNull();
            assertThat(far.verdict()).isEqualTo(Verdict.FORWARDED);
        }
    }

    /** All rows at once, the kernel's refusals but for: no frame may show in another's verdict. */
    @Test
    void shouldDecideABatchAsItDecidesEachFrame() throws Exception {
        List<Row> rows = rows().filter(row -> row.errno() == 0).toList();
        try (Rig rig = rig()) {
            for (int from = 0; from < rows.size(); from += Worker.BATCH) {
                List<Row> some = rows.subList(from, Math.min(rows.size(), from + Worker.BATCH));
                rig.batch.clear();
                some.forEach(row -> rig.receive(row.in(), row.cut()));
                rig.pass(0);
                for (int i = 0; i < some.size(); i++) {
                    byte[] out = some.get(i).out();
                    assertThat(rig.batch.egress(i) != Batch.STAYS).isEqualTo(out.length > 0);
                    assertThat(out.length == 0 ? out : rig.frame(i))
                            .as(some.get(i).what())
                            .isEqualTo(out);
                }
                rig.reading();
            }
            long dropped =
                    rows.stream().filter(r -> r.verdict() == Verdict.DROPPED).count();
            assertThat(rig.reading().of(Verdict.DROPPED)).isEqualTo(dropped);
            assertThat(rig.reading().received()).isEqualTo(rows.size());
        }
    }

    @Test
    void shouldNotLetAFrameInheritTheBackendOfTheOneInItsPlaceBefore() throws Exception {
        try (Rig rig = rig()) {
            rig.send(TestFrame.tcp().build());
            rig.send(TestFrame.ip(1).build());
            rig.send(TestFrame.tcp().toMac(9).build());

            assertThat(rig.table.backend(1).meter().packets()).isOne();
        }
    }

    @Test
    void shouldNotCountARefusedPacketForItsBackend() throws Exception {
        try (Rig rig = rig()) {
            rig.send(TestFrame.tcp().build(), false, 105);

            assertThat(rig.table.backend(1).meter().packets()).isZero();
            assertThat(rig.reading().of(Verdict.FORWARDED)).isZero();
        }
    }
}
