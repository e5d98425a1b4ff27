package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.FrameBuilder.ACK;
import static dev.trigon.systemtests.lab.FrameBuilder.IP_AT;
import static dev.trigon.systemtests.lab.FrameBuilder.RST;
import static dev.trigon.systemtests.lab.FrameBuilder.SYN;
import static dev.trigon.systemtests.lab.FrameBuilder.TCP;
import static dev.trigon.systemtests.lab.FrameBuilder.UDP;
import static dev.trigon.systemtests.lab.FrameBuilder.packetIn;
import static dev.trigon.systemtests.lab.FrameBuilder.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.forward.DropReason;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Frames;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reason to drop a packet, brought about from outside on real interfaces, and seen where operators look. */
@Tag("pcap-too")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
class DropReasonsIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED);

    /** What nothing outside of vipd can bring about, and why. */
    private static final Map<DropReason, String> NOT_FROM_OUTSIDE = Map.of(
            DropReason.EGRESS_REFUSED,
            "the errors that a raw socket's send is known to have are named, and have reasons of their own",
            DropReason.FAULT,
            "it would take a defect in vipd");

    /** What an engine spares its users, and why. */
    private static final Map<DropReason, String> NOT_BY_AF_XDP = Map.of(
            DropReason.SUPER_PACKET,
            "in native mode the far end of a wire cuts up what it sends",
            DropReason.EGRESS_FULL,
            "what leaves by a ring passes queueing disciplines by");

    private static boolean canBe(DropReason reason) {
        boolean spared = !System.getProperty("trigon.engine", "").equals("pcap") && NOT_BY_AF_XDP.containsKey(reason);
        return !spared && !NOT_FROM_OUTSIDE.containsKey(reason);
    }

    /** A dead end, so that nothing else is lost with it: two ends of one wire, both the gateway's. */
    private static final String DEAD_END = "out0";

    private static final int SOME = 0;
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Vipd vipd;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        LAB.gateway().ask("ip", "link", "add", DEAD_END, "type", "veth", "peer", "name", "out1");
        openDeadEnd();
        vipd.start("icmp: {rate: 50}\n");
        vipd.apply(Troubled.services(LAB)).orFail();
        // the first packets wait until the servers' MACs are known: those are not to be among the counted
        for (Family family : Family.values()) {
            long before = vipd.counter("forwarded");
            Eventually.within(
                    SOON,
                    () -> {
                        send(family, it -> it.add(it.frame().tcp(4000, 80, SYN, 0)));
                        return vipd.counter("forwarded") > before;
                    },
                    () -> "nothing is forwarded: " + vipd.counters());
        }
    }

    @AfterAll
    static void clear() {
        LAB.gateway().ask("ip", "link", "delete", DEAD_END);
    }

    /** With a backend that needs no answer to be there. */
    private static void openDeadEnd() {
        StringBuilder lines = new StringBuilder("ip link set out0 up; ip link set out1 up\n");
        for (Family family : Family.values()) {
            int prefix = family == Family.IPV4 ? 24 : 64;
            lines.append("ip address replace %s/%d dev out0\n".formatted(family.address(9, 2), prefix));
            lines.append("ip neigh replace %s lladdr 02:00:00:00:00:09 dev out0 nud permanent\n"
                    .formatted(Troubled.DEAD_END.address(family)));
        }
        LAB.gateway().shell(lines.toString());
    }

    private static void awaitNothingWaiting() {
        Eventually.within(SOON, () -> vipd.counter("waiting") == 0, () -> "packets wait: " + vipd.counters());
    }

    /**
     * How a reason is brought about.
     *
     * @param times for how many packets; {@link #SOME} where the clock has a say
     */
    private record Provocation(DropReason reason, int times, Consumer<Family> act) {}

    private static Provocation by(DropReason reason, int times, Consumer<Frames> frames) {
        return new Provocation(reason, times, family -> send(family, frames));
    }

    private static void send(Family family, Consumer<Frames> makeUp) {
        Frames frames = LAB.frames(family);
        makeUp.accept(frames);
        assertThat(frames.replayFrom(LAB.router(), "lan")).isEqualTo(frames.count());
    }

    private static byte[] web(Frames frames) {
        return frames.frame().tcp(4000, Troubled.WEB.port(), SYN, 0);
    }

    private static byte[][] each(int count, IntFunction<byte[]> frame) {
        return IntStream.range(0, count).mapToObj(frame).toArray(byte[][]::new);
    }

    private static List<Provocation> provocations() {
        List<Provocation> all = new ArrayList<>(ofHeaders());
        all.addAll(ofFragments());
        all.addAll(ofIcmp());
        all.addAll(ofServices());
        all.addAll(ofWays());
        return all;
    }

    private static List<Provocation> ofHeaders() {
        return List.of(
                by(DropReason.TRUNCATED, 1, it -> it.add(Arrays.copyOf(web(it), web(it).length - 1))),
                by(DropReason.BAD_IP_HEADER, 1, it -> it.add(with(web(it), IP_AT, 0x50))),
                by(DropReason.BAD_TRANSPORT_HEADER, 1, it -> it.add(it.frame().ip(UDP, new byte[20]))),
                by(
                        DropReason.BAD_ADDRESS,
                        1,
                        it -> it.add(it.frame()
                                .source(it.ofIpv4() ? "127.0.0.1" : "::1")
                                .tcp(4000, 80, SYN, 0))),
                by(
                        DropReason.BAD_EXTENSION_HEADERS,
                        1,
                        it -> it.add(
                                it.frame().extension(60, 200, 1, 4, 0, 0, 0, 0).tcp(4000, 80, SYN, 0))),
                by(DropReason.PROTOCOL, 1, it -> it.add(it.frame().ip(47, new byte[20]))));
    }

    private static List<Provocation> ofFragments() {
        return List.of(
                by(
                        DropReason.FRAGMENT_TINY,
                        1,
                        it -> it.add(it.frame().fragment(1, 0, true).ip(TCP, new byte[16]))),
                by(
                        DropReason.FRAGMENT_OVERLAP,
                        1,
                        it -> it.add(
                                it.frame()
                                        .fragment(2, 0, true)
                                        .ip(UDP, it.frame().datagram(4000, 53, 56)),
                                it.frame().fragment(2, 32, false).ip(UDP, new byte[64]))),
                by(
                        DropReason.FRAGMENT_ORPHAN,
                        1,
                        it -> it.add(it.frame().fragment(3, 64, false).ip(UDP, new byte[64]))),
                // 119 of one datagram may wait, which are given up a second later
                by(
                        DropReason.FRAGMENT_QUEUE_FULL,
                        11,
                        it -> it.add(each(
                                130,
                                i -> it.frame().fragment(4, 8 + 8 * i, true).ip(UDP, new byte[8])))));
    }

    private static List<Provocation> ofIcmp() {
        return List.of(
                by(DropReason.ICMP_TYPE, 1, it -> it.add(it.frame().icmp(it.ofIpv4() ? 0 : 129, 0, new byte[8]))),
                by(
                        DropReason.ICMP_EMBEDDED,
                        1,
                        it -> it.add(unreachable(it, it.frame().tcp(80, 4000, ACK, 0)))),
                by(
                        DropReason.ICMP_NO_FLOW,
                        1,
                        it -> it.add(unreachable(
                                it,
                                it.frame()
                                        .source(it.family().vip())
                                        .destination(it.family().stranger())
                                        .tcp(81, 4999, ACK, 0)))),
                // 5 may be answered at once, and one more every 20 ms
                by(
                        DropReason.RATE_LIMITED,
                        SOME,
                        it -> it.add(each(60, i -> it.frame().icmp(it.ofIpv4() ? 8 : 128, 0, new byte[8])))));
    }

    /** An error about the packet in a frame. */
    private static byte[] unreachable(Frames frames, byte[] quoted) {
        return frames.frame().icmp(frames.ofIpv4() ? 3 : 1, 1, packetIn(quoted));
    }

    private static List<Provocation> ofServices() {
        return List.of(
                by(DropReason.NO_SERVICE, 1, it -> it.add(it.frame().tcp(4000, 81, SYN, 0))),
                by(
                        DropReason.NO_BACKEND,
                        1,
                        it -> it.add(it.frame().tcp(4000, Troubled.WITHOUT_WEIGHT.port(), SYN, 0))),
                by(
                        DropReason.TTL_EXPIRED,
                        1,
                        it -> it.add(it.frame()
                                .destination(Troubled.secondVip(it.family()))
                                .hops(1)
                                .tcp(4000, 80, SYN, 0))),
                by(
                        DropReason.NEXT_HOP_UNRESOLVED,
                        1,
                        it -> it.add(it.frame().tcp(4000, Troubled.NOBODY.port(), SYN, 0))),
                // 32 may wait, which are given up a second later
                by(
                        DropReason.NEXT_HOP_QUEUE_FULL,
                        8,
                        it -> it.add(each(40, i -> it.frame().tcp(4000 + i, Troubled.NOBODY_EITHER.port(), SYN, 0)))),
                new Provocation(DropReason.NOT_ON_SEGMENT, 1, DropReasonsIT::sendToWhoMoved),
                new Provocation(DropReason.BACKEND_GONE, 1, DropReasonsIT::resetWhoIsGone));
    }

    /** An RST is never answered by one. */
    private static void resetWhoIsGone(Family family) {
        String service = family.name("web");
        long before = vipd.dropped(DropReason.BACKEND_GONE.label());
        send(family, it -> it.add(it.frame().tcp(4010, Troubled.WEB.port(), ACK, 0)));
        vipd.ctl("backend", "disable", service, "one").orFail();
        send(family, it -> it.add(it.frame().tcp(4010, Troubled.WEB.port(), RST, 0)));
        Eventually.within(
                SOON,
                () -> vipd.dropped(DropReason.BACKEND_GONE.label()) > before,
                () -> "the RST went elsewhere: " + vipd.counters());
        vipd.ctl("backend", "enable", service, "one").orFail();
    }

    private static void sendToWhoMoved(Family family) {
        String route = "%s via %s".formatted(Troubled.MOVED.address(family), family.address(1, 1));
        during("ip route add " + route, "ip route delete " + route, () -> {
            send(family, it -> it.add(it.frame().tcp(4000, Troubled.MOVED.port(), SYN, 0)));
            awaitNothingWaiting();
        });
    }

    private static List<Provocation> ofWays() {
        return List.of(
                new Provocation(
                        DropReason.TOO_LARGE,
                        1,
                        family -> during(
                                "ip link set eth1 mtu 1400",
                                "ip link set eth1 mtu 1500",
                                () -> send(
                                        family, it -> it.add(it.frame().tcp(4000, Troubled.WEB.port(), ACK, 1400))))),
                new Provocation(DropReason.SUPER_PACKET, 1, DropReasonsIT::sendMerged),
                // room for two
                new Provocation(
                        DropReason.EGRESS_FULL,
                        SOME,
                        family -> during(
                                "tc qdisc add dev eth1 root tbf rate 8kbit burst 1600 limit 1600",
                                "tc qdisc delete dev eth1 root",
                                () -> send(
                                        family,
                                        it -> it.add(each(
                                                8, i -> it.frame().tcp(4000, Troubled.WEB.port(), ACK, 1000)))))),
                new Provocation(DropReason.EGRESS_DOWN, SOME, DropReasonsIT::sendWhileItGoesDown));
    }

    /** Datagrams that a sender on this machine leaves to its card to part (UDP_SEGMENT, 103 of SOL_UDP, 17). */
    private static void sendMerged(Family family) {
        String destination = family == Family.IPV4 ? "UDP4:" : "UDP6:";
        LAB.client()
                .host()
                .shell("head -c 3000 /dev/zero | socat -u -b 3000 STDIN %s%s,setsockopt-int=17:103:1000"
                        .formatted(destination, family.vip(53)));
    }

    /** An interface that is down has no routes: packets meet it only until vipd has heard of it. */
    private static void sendWhileItGoesDown(Family family) {
        long before = vipd.dropped(DropReason.EGRESS_DOWN.label());
        Eventually.within(
                Duration.ofSeconds(20),
                () -> {
                    openDeadEnd();
                    long forwarded = vipd.counter("forwarded");
                    Frames frames = LAB.frames(family);
                    frames.add(each(1000, i -> frames.frame().tcp(4000, Troubled.DEAD_END.port(), ACK, 0)));
                    Program replay = frames.startReplayFrom(LAB.router(), "lan");
                    Eventually.within(SOON, () -> vipd.counter("forwarded") > forwarded, () -> "nothing is forwarded");
                    LAB.gateway().ask("ip", "link", "set", DEAD_END, "down");
                    replay.await(SOON);
                    return vipd.dropped(DropReason.EGRESS_DOWN.label()) > before;
                },
                () -> "nothing met an interface that is down: " + vipd.counters());
        openDeadEnd();
    }

    private static void during(String begin, String end, Runnable act) {
        LAB.gateway().shell(begin);
        try {
            act.run();
        } finally {
            LAB.gateway().shell(end);
        }
    }

    static Stream<Arguments> reasons() {
        return provocations().stream()
                .filter(it -> canBe(it.reason))
                .flatMap(it -> Stream.of(Family.values())
                        .filter(family -> it.reason != DropReason.BAD_EXTENSION_HEADERS || family == Family.IPV6)
                        .map(family -> Arguments.of(it.reason, family)));
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("reasons")
    void shouldCountADropUnderItsReason(DropReason reason, Family family) {
        Provocation provocation = provocations().stream()
                .filter(it -> it.reason == reason)
                .findFirst()
                .orElseThrow();
        long before = vipd.dropped(reason.label());

        provocation.act.accept(family);

        Eventually.within(
                SOON,
                () -> vipd.dropped(reason.label()) - before >= Math.max(1, provocation.times),
                () -> "not dropped as " + reason.label() + ", which were " + before + ": " + vipd.counters());
        awaitNothingWaiting();
        if (provocation.times != SOME) {
            assertThat(vipd.dropped(reason.label()) - before).isEqualTo(provocation.times);
        }
    }

    /** Whoever adds a reason says here how to bring it about, or why nobody can. */
    @Order(2)
    @Test
    void shouldBringAboutEveryReasonThereIs() {
        Set<DropReason> all = EnumSet.noneOf(DropReason.class);
        provocations()
                .forEach(it ->
                        assertThat(all.add(it.reason)).as("%s once", it.reason).isTrue());

        assertThat(all).doesNotContainAnyElementsOf(NOT_FROM_OUTSIDE.keySet());
        all.addAll(NOT_FROM_OUTSIDE.keySet());
        assertThat(all).containsExactlyInAnyOrder(DropReason.values());
    }

    /** Last, when there are all of them. */
    @Order(3)
    @Test
    void shouldShowEveryReasonToOperators() {
        awaitNothingWaiting();
        JsonNode counted = vipd.ask("counters");

        List<String> table = vipd.ctl("counters").orFail().lines();
        List<String> whole = vipd.ctl("counters", "--all").orFail().lines();

        for (DropReason reason : DropReason.values()) {
            String row = " +" + reason.label() + " +"
                    + counted.path("dropped").path(reason.label()).asLong() + "\\b.*";
            assertThat(table.stream().filter(it -> it.matches(row))).as(row).hasSize(canBe(reason) ? 1 : 0);
            assertThat(whole).anyMatch(it -> it.matches(row) && it.endsWith(reason.sentence()));
        }
    }
}
