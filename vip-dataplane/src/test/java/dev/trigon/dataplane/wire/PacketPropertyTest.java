package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * What holds of any valid packet that is sent on: all sums are right when they were, as wrong as before when they were not,
 * and no bit beside the named fields is another. Words lean towards 0x0000 and 0xFFFF, where one's complement has two names
 * for one sum. jqwik prints the seed of what fails.
 */
@PropertyDefaults(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
class PacketPropertyTest {
    private static final int AT = 32;
    private static final int BEHIND = 64;
    private static final Pattern MAPPED = Pattern.compile("0{20}ffff.{8}");
    private static final Pattern NO_SOURCE4 = Pattern.compile("0{8}|f{8}|e.*|7f.*");
    private static final Pattern NO_SOURCE6 = Pattern.compile("0{31}[01]|ff.*|" + MAPPED);

    private final Packet packet = new Packet();

    /** Addresses of four octets, or of sixteen. */
    private record Network(
            byte[] source, byte[] destination, int trafficClass, int flowLabel, int ttl, byte[] options) {}

    private record Transport(int protocol, int sourcePort, int destinationPort, byte[] options, byte[] payload) {}

    /** A packet and what it is to become. */
    private record Case(
            Network network,
            Transport transport,
            List<Extension> extensions,
            int tags,
            Sum sum,
            int padTo,
            byte[] newDestination,
            int dscp) {
        boolean v6() {
            return network.source.length == 16;
        }

        TestFrame frame() {
            TestFrame frame = switch (transport.protocol) {
                case ReferenceFrame.TCP -> TestFrame.tcp().tcpOptions(transport.options);
                case ReferenceFrame.UDP -> TestFrame.udp();
                default -> TestFrame.icmp(v6() ? 128 : 8, 0, transport.sourcePort << 16);
            };
            frame.from(network.source, transport.sourcePort)
                    .to(network.destination, transport.destinationPort)
                    .trafficClass(network.trafficClass)
                    .flowLabel(network.flowLabel)
                    .ttl(network.ttl)
                    .payload(transport.payload)
                    .sum(sumKind())
                    .padTo(padTo);
            if (v6()) {
                extensions.forEach(frame::extension);
            } else {
                frame.ipOptions(network.options);
            }
            for (int i = 0; i < tags; i++) {
                frame.tag(i + 1 < tags ? 0x88A8 : 0x8100, transport.sourcePort);
            }
            return frame;
        }

        /** Only UDP does without a sum, and ICMP has no addresses to begin one with. */
        private Sum sumKind() {
            boolean udp = transport.protocol == ReferenceFrame.UDP;
            boolean icmp = transport.protocol == ReferenceFrame.ICMP && !v6();
            return (sum == Sum.ZERO && !udp) || icmp ? Sum.FULL : sum;
        }

        long newHigh() {
            return v6() ? ByteBuffer.wrap(newDestination).getLong() : 0;
        }

        long newLow() {
            ByteBuffer octets = ByteBuffer.wrap(newDestination);
            return v6() ? octets.getLong(8) : IpAddress.mapped(octets.getInt());
        }

        @Override
        public String toString() {
            return "%s to %s with DSCP %d".formatted(Octets.hex(frame().build()), Octets.hex(newDestination), dscp);
        }
    }

    private static Arbitrary<Integer> words() {
        return Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(0x0000)),
                Tuple.of(1, Arbitraries.just(0xFFFF)),
                Tuple.of(2, Arbitraries.integers().between(0, 0xFFFF)));
    }

    private static Arbitrary<byte[]> octets(int leastWords, int mostWords) {
        return words().list().ofMinSize(leastWords).ofMaxSize(mostWords).map(words -> {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            words.forEach(word -> {
                octets.write(word >>> 8);
                octets.write(word);
            });
            return octets.toByteArray();
        });
    }

    private static Arbitrary<byte[]> payloads() {
        return Combinators.combine(octets(0, 40), Arbitraries.of(true, false))
                .as((octets, odd) -> odd ? Arrays.copyOf(octets, octets.length + 1) : octets);
    }

    private static Arbitrary<byte[]> options() {
        return Arbitraries.integers().between(-10, 10).flatMap(n -> octets(2 * Math.max(0, n), 2 * Math.max(0, n)));
    }

    private static Arbitrary<Network> networks(int addressWords) {
        Arbitrary<byte[]> addresses = octets(addressWords, addressWords);
        return Combinators.combine(
                        addresses.filter(PacketPropertyTest::isSource),
                        addresses.filter(address -> !isMapped(address)),
                        Arbitraries.integers().between(0, 0xFF),
                        Combinators.combine(words(), Arbitraries.integers().between(0, 15))
                                .as((low, high) -> high << 16 | low),
                        Arbitraries.integers().between(2, 255),
                        options())
                .as(Network::new);
    }

    /** Told by the text of an address, unlike what the code under test does. */
    private static boolean isSource(byte[] address) {
        return !(address.length == 4 ? NO_SOURCE4 : NO_SOURCE6)
                .matcher(Octets.hex(address))
                .matches();
    }

    private static boolean isMapped(byte[] address) {
        return MAPPED.matcher(Octets.hex(address)).matches();
    }

    private static Arbitrary<Transport> transports() {
        return Combinators.combine(
                        Arbitraries.of(ReferenceFrame.TCP, ReferenceFrame.UDP, ReferenceFrame.ICMP),
                        words(),
                        words(),
                        options(),
                        payloads())
                .as(Transport::new);
    }

    private static Arbitrary<List<Extension>> extensions() {
        Arbitrary<Extension> anywhere = Arbitraries.of(
                Extension.destinationOptions(8), Extension.destinationOptions(40), Extension.routing(3, 0));
        return Combinators.combine(
                        Arbitraries.of(true, false), anywhere.list().ofMaxSize(5), Arbitraries.of(true, false))
                .as((hopByHop, rest, atomic) -> {
                    List<Extension> all = new ArrayList<>(rest);
                    if (atomic) {
                        all.add(rest.size() / 2, Extension.fragment(0, false, 7));
                    }
                    if (hopByHop) {
                        all.add(0, Extension.hopByHop(16));
                    }
                    return all;
                });
    }

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.of(2, 8)
                .flatMap(addressWords -> Combinators.combine(
                                networks(addressWords),
                                transports(),
                                extensions(),
                                Arbitraries.integers().between(0, 2),
                                Arbitraries.of(Sum.class),
                                Arbitraries.of(0, 60, 200),
                                octets(addressWords, addressWords),
                                Arbitraries.integers().between(0, 63))
                        .as(Case::new));
    }

    private byte[] redirect(byte[] frame, Case what) {
        ByteBuffer buffer = parsed(frame);
        packet.redirect(what.newHigh(), what.newLow(), what.dscp);
        return found(buffer, frame.length);
    }

    private byte[] complete(byte[] frame) {
        ByteBuffer buffer = parsed(frame);
        packet.completeChecksum();
        return found(buffer, frame.length);
    }

    private ByteBuffer parsed(byte[] frame) {
        ByteBuffer buffer = amidJunk(frame, AT, AT + frame.length + BEHIND);
        assertThat(packet.parse(buffer, AT, frame.length)).isEqualTo(Flaw.NONE);
        return buffer;
    }

    /** The frame, which nothing was written beside. */
    private static byte[] found(ByteBuffer buffer, int octets) {
        byte[] frame = read(buffer, AT, octets);
        int capacity = AT + octets + BEHIND;
        assertThat(read(buffer, 0, capacity)).isEqualTo(read(amidJunk(frame, AT, capacity), 0, capacity));
        return frame;
    }

    private static void assertRedirected(ReferenceFrame before, byte[] after, Case what) {
        byte[] expected = before.redirected(what.newDestination, what.dscp, after);
        assertThat(after)
                .isEqualTo(
                        before.isSummedWithAddresses()
                                ? ReferenceFrame.withSum(expected, before.sumAt(), after)
                                : expected);
    }

    private static void assertSumsAreRight(byte[] frame, boolean withoutSum) {
        ReferenceFrame reference = new ReferenceFrame(frame);
        assertThat(reference.ipError()).isZero();
        if (!withoutSum) {
            assertThat(reference.transportError()).isZero();
            assertThat(reference.protocol == ReferenceFrame.UDP && reference.word(reference.sumAt()) == 0)
                    .as("a UDP checksum that says there is none")
                    .isFalse();
        }
    }

    @Property
    void shouldKeepEverySumRightWhenRedirected(@ForAll("cases") Case what) {
        byte[] frame = what.frame().build();
        ReferenceFrame before = new ReferenceFrame(frame);

        byte[] after = redirect(frame, what);

        assertRedirected(before, after, what);
        assertSumsAreRight(after, what.sumKind() == Sum.ZERO);
    }

    @Property
    void shouldCompleteAPartialSumAndTouchNothingElse(@ForAll("cases") Case what) {
        byte[] frame = what.frame().build();
        ReferenceFrame before = new ReferenceFrame(frame);

        byte[] after = complete(frame);

        boolean partial = what.sumKind() == Sum.PARTIAL;
        assertThat(after).isEqualTo(partial ? ReferenceFrame.withSum(frame, before.sumAt(), after) : frame);
        assertSumsAreRight(after, what.sumKind() == Sum.ZERO);
    }

    @Property
    void shouldKeepAWrongSumAsWrongAsItWas(
            @ForAll("cases") Case what, @ForAll @IntRange(min = 1, max = 0xFFFE) int offBy) {
        byte[] frame =
                what.frame().sum(Sum.FULL).sumOffBy(offBy).ipSumOffBy(offBy).build();
        ReferenceFrame before = new ReferenceFrame(frame);
        int sum = before.word(before.sumAt());
        // nobody can tell those from sums that are not there, or not yet
        Assume.that(before.isSummedWithAddresses() || before.protocol == ReferenceFrame.ICMP);
        Assume.that(sum != before.pseudoHeader());

        byte[] after = redirect(frame, what);

        assertRedirected(before, after, what);
        ReferenceFrame reference = new ReferenceFrame(after);
        assertThat(reference.ipError()).isEqualTo(before.ipError());
        assertThat(reference.transportError()).isNotZero().isEqualTo(before.transportError());
        assertThat(complete(frame)).isEqualTo(frame);
    }

    /** The sum covers the datagram, which no fragment has: it is right when the fragments are put together. */
    @Property
    void shouldKeepADatagramRightInFragments(
            @ForAll("cases") Case what, @ForAll @IntRange(min = 1, max = 4) int units) {
        Assume.that(what.extensions.stream().noneMatch(extension -> extension.number() == Extension.FRAGMENT));
        TestFrame whole = what.frame()
                .sum(what.sumKind() == Sum.ZERO ? Sum.ZERO : Sum.FULL)
                .padTo(0);
        // all headers are in the first fragment, and at least one octet is not
        int headers = whole.fragmentableOctets() - what.transport.payload.length;
        int octets = (headers + 7) / 8 * 8 + 8 * (units - 1);
        Assume.that(whole.fragmentableOctets() > octets);
        List<byte[]> frames = whole.fragments(octets);

        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            ReferenceFrame before = new ReferenceFrame(frame);
            byte[] after = redirect(frame, what);
            if (frame == frames.get(0)) {
                assertRedirected(before, after, what);
            } else {
                assertThat(after).isEqualTo(before.redirected(what.newDestination, what.dscp, after));
            }
            assertThat(complete(frame)).isEqualTo(frame);
            assertThat(new ReferenceFrame(after).ipError()).isZero();
            body.write(after, before.fragmentableAt, before.end - before.fragmentableAt);
        }
        if (what.sumKind() != Sum.ZERO) {
            assertThat(transportError(body.toByteArray(), new ReferenceFrame(frames.get(0)), what))
                    .isZero();
        }
    }

    private static int transportError(byte[] body, ReferenceFrame first, Case what) {
        int at = first.transportAt - first.fragmentableAt;
        int length = body.length - at;
        int begun = 0;
        if (first.protocol != ReferenceFrame.ICMP) {
            begun = ReferenceChecksum.sum(what.network.source, 0, what.network.source.length, 0);
            begun = ReferenceChecksum.sum(what.newDestination, 0, what.newDestination.length, begun);
            begun = ReferenceChecksum.add(ReferenceChecksum.add(begun, first.protocol), length);
        }
        return ReferenceChecksum.sum(body, at, length, begun) % 0xFFFF;
    }
}
