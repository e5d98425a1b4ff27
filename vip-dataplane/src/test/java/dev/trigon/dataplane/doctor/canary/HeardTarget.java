package dev.trigon.dataplane.doctor.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.wire.EmbeddedComparison;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.SeedFrames;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.MacAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A frame, as it comes to the gateway while it listens: it is an answer to a canary exactly if a second, plain reading of it says
 * so, to the canary that this one names, and from whom the frame is. An error's quotation is read plainly once it is sound; whether
 * it is, is another target's.
 */
public final class HeardTarget implements FuzzTarget {
    private static final String VIP = "203.0.113.10";
    private static final String VIP6 = "2001:db8:f::10";
    private static final String OWN = "10.2.0.2";
    private static final String OWN6 = "2001:db8:2::2";
    private static final int NUMBER = 0xFEDC_BA98;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;
    private static final int LONGEST_SAYING = 40;

    private final Packet packet = new Packet();
    private final Set<String> met = new TreeSet<>();

    /** What a frame is an answer to, and which. */
    private record Said(int number, boolean toEcho, Kind kind) {}

    @Override
    public void accept(byte[] octets) {
        byte[] before = octets.clone();
        if (packet.parse(ByteBuffer.wrap(octets), 0, octets.length) != Flaw.NONE) {
            return;
        }
        Optional<Heard> heard = Heard.in(packet);
        Expect.same(before, octets, "a frame that was only read");
        ReferenceFrame frame = packet.isIp() ? new ReferenceFrame(octets) : null;
        Said said = frame == null ? null : read(frame);
        Expect.same(
                Optional.ofNullable(said),
                heard.map(it -> new Said(it.number(), it.toEcho(), it.answer().kind())),
                "what is heard");
        if (frame != null && said != null) {
            check(frame, heard.orElseThrow().answer());
            met.add((frame.v6 ? "6 " : "4 ") + (said.toEcho ? "echo " : "connection ") + said.kind);
        }
    }

    private @Nullable Said read(ReferenceFrame frame) {
        if (frame.isFragment() || !frame.hasTransportHeader() || frame.protocol == ReferenceFrame.UDP) {
            return null;
        }
        int at = frame.transportAt;
        if (frame.protocol == ReferenceFrame.TCP) {
            int flags = frame.octet(at + 13);
            boolean answers = (flags & ACK) != 0 && (flags & (SYN | RST)) != 0;
            Kind kind = (flags & RST) != 0 ? Kind.REFUSED : Kind.TAKEN;
            return answers ? new Said(fourOctets(frame, at + 8) - 1, false, kind) : null;
        }
        if (frame.word(at) == (frame.v6 ? 0x8100 : 0)) {
            return new Said(fourOctets(frame, at + 4), true, Kind.TAKEN);
        }
        int type = frame.octet(at);
        boolean error = frame.v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
        if (!error || packet.parseEmbedded() != Flaw.NONE) {
            return null;
        }
        return quoted(frame, type == (frame.v6 ? 3 : 11) ? Kind.PASSED_ON : Kind.UNREACHABLE);
    }

    private static @Nullable Said quoted(ReferenceFrame error, Kind kind) {
        ReferenceFrame sent = EmbeddedComparison.quotedBy(error);
        int at = sent.transportAt;
        boolean own = Arrays.equals(source(sent), destination(error));
        boolean echo = sent.protocol == (sent.v6 ? ReferenceFrame.ICMPV6 : ReferenceFrame.ICMP)
                && sent.word(at) == (sent.v6 ? 0x8000 : 0x0800);
        return own && !sent.isFragment() && (echo || sent.protocol == ReferenceFrame.TCP)
                ? new Said(fourOctets(sent, at + 4), echo, kind)
                : null;
    }

    private static void check(ReferenceFrame frame, Answer answer) {
        byte[] from = answer.from() == null ? new byte[0] : answer.from().getAddress();
        Expect.same(source(frame), from, "whom an answer is from");
        MacAddress mac = new MacAddress(ByteBuffer.wrap(frame.octets).getLong(6) >>> Short.SIZE);
        Expect.that(mac.equals(answer.mac()), "the MAC that an answer is from");
        Expect.same(frame.octet(frame.ipAt + (frame.v6 ? 7 : 8)), answer.hopLimit(), "an answer's hop limit");
        String said = answer.said();
        Expect.that(said.isEmpty() == answer.isReply(), "an error has words, and nothing else has");
        Expect.that(said.length() <= LONGEST_SAYING && said.chars().noneMatch(Character::isISOControl), said);
    }

    private static byte[] source(ReferenceFrame frame) {
        int at = frame.ipAt + (frame.v6 ? 8 : 12);
        return Arrays.copyOfRange(frame.octets, at, at + (frame.v6 ? 16 : 4));
    }

    private static byte[] destination(ReferenceFrame frame) {
        int at = frame.ipAt + (frame.v6 ? 24 : 16);
        return Arrays.copyOfRange(frame.octets, at, at + (frame.v6 ? 16 : 4));
    }

    private static int fourOctets(ReferenceFrame frame, int at) {
        return frame.word(at) << Short.SIZE | frame.word(at + 2);
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>(SeedFrames.all());
        for (boolean v6 : new boolean[] {false, true}) {
            TestFrame syn = sent(TestFrame.tcp().flags(SYN), v6);
            TestFrame ping = sent(TestFrame.icmp(v6 ? 128 : 8, 0, NUMBER), v6);
            TestFrame datagram = sent(TestFrame.udp().payload(new byte[8]), v6);
            seeds.add(back(TestFrame.tcp().flags(SYN | ACK), v6));
            seeds.add(back(TestFrame.tcp().flags(RST | ACK), v6));
            seeds.add(back(TestFrame.tcp().flags(RST), v6));
            seeds.add(back(TestFrame.icmp(v6 ? 129 : 0, 0, NUMBER), v6));
            for (TestFrame quoted : List.of(syn, ping, datagram)) {
                seeds.add(back(TestFrame.icmpError(v6 ? 1 : 3, 3, 0, quoted, 99), v6));
                seeds.add(back(TestFrame.icmpError(v6 ? 3 : 11, 0, 0, quoted, 99), v6));
                seeds.add(back(TestFrame.icmpError(v6 ? 4 : 12, 0, 0, quoted, 99), v6));
            }
        }
        return seeds;
    }

    private static TestFrame sent(TestFrame frame, boolean v6) {
        return frame.from(Octets.address(v6 ? OWN6 : OWN), 40_000).to(Octets.address(v6 ? VIP6 : VIP), 80);
    }

    private static byte[] back(TestFrame frame, boolean v6) {
        return frame.from(Octets.address(v6 ? VIP6 : VIP), 80)
                .to(Octets.address(v6 ? OWN6 : OWN), 40_000)
                .build();
    }

    @Override
    public void assertReach() {
        List<String> all = new ArrayList<>();
        for (String family : List.of("4 ", "6 ")) {
            all.add(family + "connection " + Kind.REFUSED);
            for (Kind kind : List.of(Kind.TAKEN, Kind.UNREACHABLE, Kind.PASSED_ON)) {
                all.add(family + "connection " + kind);
                all.add(family + "echo " + kind);
            }
        }
        assertThat(met).containsExactlyInAnyOrderElementsOf(all);
    }
}
