package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.FrameBuilder.IP_AT;
import static dev.trigon.systemtests.lab.FrameBuilder.SYN;
import static dev.trigon.systemtests.lab.FrameBuilder.TCP;
import static dev.trigon.systemtests.lab.FrameBuilder.UDP;
import static dev.trigon.systemtests.lab.FrameBuilder.transportAt;
import static dev.trigon.systemtests.lab.FrameBuilder.with;

import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.FrameBuilder;
import dev.trigon.systemtests.lab.Frames;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One way for frames to be malformed.
 *
 * @param reason that vipd drops them for
 * @param dropped how many of them; the filter has no reason to pass on those without the VIP
 * @param delivered how many there is nothing to be said against
 */
record Malformed(String what, Family family, String reason, int dropped, int delivered, UnaryOperator<Frames> makeUp) {
    private static final int NO_OPERATION = 1;
    private static final int END_OF_OPTIONS = 0;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;
    /** An option that pads the rest of an eight octets' header. */
    private static final int[] PADDING = {0, 1, 4, 0, 0, 0, 0};

    @Override
    public String toString() {
        return what + ", " + family;
    }

    static Stream<Malformed> all() {
        return Stream.of(
                        Arrays.stream(Family.values()).flatMap(Malformed::lengths),
                        Arrays.stream(Family.values()).flatMap(Malformed::fragments),
                        headersOfIpv4(),
                        headersOfIpv6(),
                        chains(),
                        sources())
                .flatMap(it -> it);
    }

    private static Stream<Malformed> lengths(Family family) {
        int transport = transportAt(family);
        return Stream.of(
                new Malformed(
                        "cut off anywhere",
                        family,
                        "truncated",
                        26,
                        0,
                        it -> it.truncatedEverywhere(it.frame().tcp(4000, 80, SYN, 6))),
                new Malformed(
                        "TCP's header too short",
                        family,
                        "bad-transport-header",
                        5,
                        0,
                        it -> it.add(each(
                                IntStream.range(0, 5),
                                words -> with(it.frame().tcp(4000, 80, SYN, 0), transport + 12, words << 4)))),
                new Malformed(
                        "TCP's header too long",
                        family,
                        "bad-transport-header",
                        10,
                        0,
                        it -> it.add(each(
                                IntStream.range(6, 16),
                                words -> with(it.frame().tcp(4000, 80, SYN, 0), transport + 12, words << 4)))),
                new Malformed(
                        "UDP's length too short",
                        family,
                        "bad-transport-header",
                        8,
                        0,
                        it -> it.add(each(
                                IntStream.range(0, 8),
                                octets -> with(it.frame().udp(4000, 53, 20), transport + 4, 0, octets)))),
                new Malformed(
                        "UDP's length too long",
                        family,
                        "bad-transport-header",
                        10,
                        0,
                        it -> it.add(each(
                                IntStream.range(29, 39),
                                octets -> with(it.frame().udp(4000, 53, 20), transport + 4, 0, octets)))));
    }

    private static Stream<Malformed> fragments(Family family) {
        return Stream.of(
                new Malformed(
                        "a TCP header in two fragments (RFC 1858)",
                        family,
                        "fragment-tiny",
                        4,
                        0,
                        it -> it.add(
                                it.frame().fragment(1, 0, true).ip(TCP, new byte[8]),
                                it.frame().fragment(1, 8, false).ip(TCP, new byte[32]),
                                it.frame().fragment(2, 0, true).ip(TCP, new byte[16]),
                                it.frame().fragment(2, 16, false).ip(TCP, new byte[32]))),
                new Malformed(
                        "a TCP header overwritten (RFC 3128)",
                        family,
                        "fragment-tiny",
                        3,
                        3,
                        it -> it.add(
                                it.frame().fragment(3, 0, true).ip(TCP, segmentOf(it)),
                                it.frame().fragment(3, 8, false).ip(TCP, new byte[32]),
                                it.frame().fragment(4, 0, true).ip(TCP, segmentOf(it)),
                                it.frame().fragment(4, 16, false).ip(TCP, new byte[32]),
                                it.frame().fragment(5, 0, true).ip(TCP, segmentOf(it)),
                                it.frame().fragment(5, 8, true).ip(TCP, new byte[8]))),
                new Malformed(
                        "fragments that overlap",
                        family,
                        "fragment-overlap",
                        10,
                        5,
                        it -> it.add(IntStream.range(10, 15)
                                .boxed()
                                .flatMap(id -> overlapping(it, id))
                                .toArray(byte[][]::new))));
    }

    private static byte[][] each(IntStream numbers, IntFunction<byte[]> frame) {
        return numbers.mapToObj(frame).toArray(byte[][]::new);
    }

    /** A SYN's first 24 octets, header and all. */
    private static byte[] segmentOf(Frames frames) {
        byte[] frame = frames.frame().tcp(4000, 80, SYN, 4);
        return Arrays.copyOfRange(frame, frame.length - 24, frame.length);
    }

    /** The second brings octets of the first again, and with that the third is condemned. */
    private static Stream<byte[]> overlapping(Frames frames, int id) {
        byte[] datagram = frames.frame().datagram(4000, 53, 120);
        return Stream.of(
                frames.frame().fragment(id, 0, true).ip(UDP, Arrays.copyOf(datagram, 64)),
                frames.frame().fragment(id, 32, true).ip(UDP, new byte[64]),
                frames.frame().fragment(id, 96, false).ip(UDP, Arrays.copyOfRange(datagram, 96, 128)));
    }

    private static Stream<Malformed> headersOfIpv4() {
        Family family = Family.IPV4;
        return Stream.of(
                new Malformed(
                        "a version that is not 4",
                        family,
                        "bad-ip-header",
                        3,
                        0,
                        it -> it.add(each(
                                IntStream.of(0, 6, 15),
                                version -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT, (version << 4) | 5)))),
                new Malformed(
                        "a header too short",
                        family,
                        "bad-ip-header",
                        5,
                        0,
                        it -> it.add(each(
                                IntStream.range(0, 5),
                                words -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT, 0x40 | words)))),
                new Malformed(
                        "a header longer than the packet",
                        family,
                        "bad-ip-header",
                        5,
                        0,
                        it -> it.add(each(
                                IntStream.range(11, 16),
                                words -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT, 0x40 | words)))),
                new Malformed(
                        "shorter than its header",
                        family,
                        "bad-ip-header",
                        20,
                        0,
                        it -> it.add(each(
                                IntStream.range(0, 20),
                                octets -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT + 2, 0, octets)))),
                new Malformed(
                        "longer than its frame",
                        family,
                        "truncated",
                        3,
                        0,
                        it -> it.add(each(
                                IntStream.of(41, 255, 1480),
                                octets -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT + 2, octets >>> 8, octets)))),
                new Malformed(
                        "a fragment beyond 65,535 octets",
                        family,
                        "bad-ip-header",
                        1,
                        0,
                        it -> it.add(it.frame().fragment(6, 65_528, false).ip(UDP, new byte[64]))),
                new Malformed(
                        "a fragment of odd length",
                        family,
                        "bad-ip-header",
                        1,
                        0,
                        it -> it.add(it.frame().fragment(7, 0, true).udp(4000, 53, 21))),
                new Malformed(
                        "options, right and wrong",
                        family,
                        "bad-ip-header",
                        0,
                        4,
                        it -> it.add(
                                // record route; loose source route; options that end early; an option beyond the header
                                it.frame()
                                        .options(7, 7, 4, 0, 0, 0, 0, END_OF_OPTIONS)
                                        .tcp(4000, 80, SYN, 0),
                                it.frame()
                                        .options(131, 7, 4, 198, 51, 100, 66, END_OF_OPTIONS)
                                        .tcp(4001, 80, SYN, 0),
                                it.frame()
                                        .options(END_OF_OPTIONS, 7, 7, NO_OPERATION)
                                        .tcp(4002, 80, SYN, 0),
                                it.frame().options(NO_OPERATION, 7, 200, 4).tcp(4003, 80, SYN, 0))));
    }

    private static Stream<Malformed> sources() {
        return Stream.of(
                new Malformed(
                        "a source that cannot be",
                        Family.IPV4,
                        "bad-address",
                        4,
                        0,
                        it -> it.add(Stream.of("127.0.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0")
                                .map(source -> it.frame().source(source).tcp(4000, 80, SYN, 0))
                                .toArray(byte[][]::new))),
                new Malformed(
                        "a source that cannot be",
                        Family.IPV6,
                        "bad-address",
                        3,
                        0,
                        it -> it.add(Stream.of("::1", "ff02::1", "::")
                                .map(source -> it.frame().source(source).tcp(4000, 80, SYN, 0))
                                .toArray(byte[][]::new))));
    }

    private static Stream<Malformed> headersOfIpv6() {
        Family family = Family.IPV6;
        return Stream.of(
                new Malformed(
                        "a version that is not 6",
                        family,
                        "bad-ip-header",
                        3,
                        0,
                        it -> it.add(each(
                                IntStream.of(0, 4, 15),
                                version -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT, version << 4)))),
                new Malformed(
                        "nothing in it, or a jumbogram",
                        family,
                        "bad-ip-header",
                        1,
                        0,
                        it -> it.add(with(it.frame().tcp(4000, 80, SYN, 0), IP_AT + 4, 0, 0))),
                new Malformed(
                        "longer than its frame",
                        family,
                        "truncated",
                        3,
                        0,
                        it -> it.add(each(
                                IntStream.of(21, 255, 1480),
                                octets -> with(it.frame().tcp(4000, 80, SYN, 0), IP_AT + 4, octets >>> 8, octets)))));
    }

    private static Stream<Malformed> chains() {
        Family family = Family.IPV6;
        String reason = "bad-extension-headers";
        return Stream.of(
                new Malformed(
                        "extension headers, as many as may be and more",
                        family,
                        reason,
                        3,
                        3,
                        it -> it.add(each(IntStream.range(6, 12), count -> chained(it, count)))),
                new Malformed(
                        "an extension header beyond the packet",
                        family,
                        reason,
                        2,
                        0,
                        it -> it.add(
                                it.frame()
                                        .extension(DESTINATION_OPTIONS, 200, 1, 4, 0, 0, 0, 0)
                                        .tcp(4000, 80, SYN, 0),
                                it.frame().extension(HOP_BY_HOP, PADDING).ip(DESTINATION_OPTIONS, new byte[4]))),
                new Malformed(
                        "hop-by-hop options behind another",
                        family,
                        reason,
                        1,
                        0,
                        it -> it.add(it.frame()
                                .extension(DESTINATION_OPTIONS, PADDING)
                                .extension(HOP_BY_HOP, PADDING)
                                .tcp(4000, 80, SYN, 0))),
                new Malformed(
                        "a source route (RFC 5095), and a stop on the way",
                        family,
                        reason,
                        2,
                        1,
                        it -> it.add(
                                it.frame()
                                        .extension(ROUTING, 0, 0, 0, 0, 0, 0, 0)
                                        .tcp(4000, 80, SYN, 0),
                                it.frame()
                                        .extension(ROUTING, 0, 4, 1, 0, 0, 0, 0)
                                        .tcp(4000, 80, SYN, 0),
                                it.frame()
                                        .extension(ROUTING, 0, 4, 0, 0, 0, 0, 0)
                                        .tcp(4000, 80, SYN, 0))),
                new Malformed(
                        "two fragment headers",
                        family,
                        reason,
                        1,
                        0,
                        it -> it.add(it.frame()
                                .fragment(1, 0, true)
                                .fragment(2, 0, true)
                                .udp(4000, 53, 24))),
                new Malformed(
                        "a first fragment without the whole chain (RFC 7112)",
                        family,
                        "fragment-tiny",
                        1,
                        0,
                        it -> it.add(it.frame()
                                .fragment(3, 0, true)
                                .ip(DESTINATION_OPTIONS, new byte[] {TCP, 1, 1, 4, 0, 0, 0, 0}))),
                new Malformed(
                        "a fragment beyond 65,535 octets",
                        family,
                        reason,
                        1,
                        0,
                        it -> it.add(it.frame().fragment(4, 65_528, false).ip(UDP, new byte[64]))));
    }

    private static byte[] chained(Frames frames, int count) {
        FrameBuilder frame = frames.frame();
        for (int i = 0; i < count; i++) {
            frame.extension(DESTINATION_OPTIONS, PADDING);
        }
        return frame.tcp(4000 + count, 80, SYN, 0);
    }
}
