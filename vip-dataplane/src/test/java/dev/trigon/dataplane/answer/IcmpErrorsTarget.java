package dev.trigon.dataplane.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.fuzz.Input;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.EmbeddedComparison;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.SeedFrames;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Both sides of an ICMP error. Whatever stands where an error quotes a packet: it has a flaw, or says what a plain reading of
 * it says. And an error that the gateway writes about a packet is sound itself, right in its sums, no longer than it may be,
 * goes back to whom the packet came from, and quotes the packet's beginning.
 *
 * <p>An input is an octet of what to do, two of an MTU, and a frame, or what an error quotes.
 */
public final class IcmpErrorsTarget implements FuzzTarget {
    private static final int QUOTED = 0x01;
    private static final int IPV6 = 0x02;
    private static final int TOO_BIG = 0x04;
    private static final int NAMED = 0x08;

    private static final int WATCHED = 4_096;
    private static final int LONGEST = 2_048;
    private static final int LONGEST_ERROR4 = 576;
    private static final int LONGEST_ERROR6 = 1_280;
    private static final byte[] OWN4 = Octets.address("198.51.100.2");
    private static final byte[] OWN6 = Octets.address("2001:db8:c::2");
    private static final byte[] VIP4 = Octets.address("203.0.113.10");
    private static final byte[] VIP6 = Octets.address("2001:db8:f::10");

    private final ArmAddresses addresses = new ArmAddresses();
    private final IcmpErrors errors = new IcmpErrors(TestFrame.GATEWAY_MAC, addresses, 1_000);
    private final Packet packet = new Packet();
    private final Batch batch = new Batch(3, WATCHED);
    private final Set<String> met = new TreeSet<>();
    private long nowMs;

    public IcmpErrorsTarget() {
        Expect.fillWithJunk(batch.frames(), 0, 3 * WATCHED);
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] frame : SeedFrames.all()) {
            seeds.add(seed(0, frame));
            seeds.add(seed(TOO_BIG | NAMED, frame));
            int ipAt = new ReferenceFrame(frame).ipAt;
            boolean v6 = frame[ipAt] >>> 4 == 6;
            seeds.add(seed(v6 ? QUOTED | IPV6 : QUOTED, Arrays.copyOfRange(frame, ipAt, frame.length)));
        }
        seeds.add(seed(QUOTED | IPV6, SeedFrames.fromAMappedAddress()));
        seeds.add(seed(TOO_BIG, TestFrame.udp().payload(new byte[1_500]).build()));
        seeds.add(seed(
                TOO_BIG | NAMED,
                TestFrame.tcp().ipv6().tag(0x8100, 5).payload(new byte[1_500]).build()));
        return seeds;
    }

    private static byte[] seed(int how, byte[] octets) {
        return ByteBuffer.allocate(3 + octets.length)
                .put((byte) how)
                .putShort((short) 1_280)
                .put(octets)
                .array();
    }

    @Override
    public void accept(byte[] octets) {
        Input input = new Input(octets);
        int how = input.octet();
        int mtu = input.word();
        if ((how & QUOTED) != 0) {
            quoted((how & IPV6) != 0, input.take(LONGEST));
        } else {
            write(how, mtu, input.take(LONGEST));
        }
    }

    private void quoted(boolean v6, byte[] octets) {
        TestFrame error = TestFrame.icmp(v6 ? 1 : 3, 1, 0).payload(octets);
        byte[] frame = (v6 ? error.ipv6() : error).build();
        Expect.same(Flaw.NONE, packet.parse(ByteBuffer.wrap(frame), 0, frame.length), "the flaw of an error");
        Flaw flaw = packet.parseEmbedded();
        if (flaw == Flaw.NONE) {
            EmbeddedComparison.compare(packet.embedded(), new ReferenceFrame(frame));
        }
        met.add("quoted " + flaw);
    }

    private void write(int how, int mtu, byte[] frame) {
        if (packet.parse(ByteBuffer.wrap(frame), 0, frame.length) != Flaw.NONE || !packet.isIp()) {
            return;
        }
        ReferenceFrame about = new ReferenceFrame(frame);
        byte[] vip = about.v6 ? VIP6 : VIP4;
        // a packet gets here if it is for a VIP
        System.arraycopy(vip, 0, frame, about.ipAt + (about.v6 ? 24 : 16), vip.length);
        boolean named = (how & NAMED) != 0;
        addresses.set(named ? Specs.address("198.51.100.2") : null, named ? Specs.address("2001:db8:c::2") : null);
        batch.clear();
        batch.add(0, false);
        int number = batch.add(frame.length, false);
        int at = batch.at(number);
        batch.frames().put(at, frame);
        if (packet.parse(batch.frames(), at, frame.length) != Flaw.NONE) {
            Expect.fillWithJunk(batch.frames(), at, frame.length);
            return;
        }
        boolean error = packet.isIcmpError();
        boolean later = about.fragmentOffset() != 0;
        boolean nobody = !about.v6 && (frame[about.ipAt + 12] & 0xF0) == 0xF0;
        // a second each: the rate is another test's
        nowMs += 1_000;
        boolean tooBig = (how & TOO_BIG) != 0;
        boolean told = tooBig
                ? errors.tooBig(batch, number, packet, mtu, nowMs)
                : errors.timeExceeded(batch, number, packet, nowMs);
        Expect.that(told == !(error || later || nobody), "whether an error is due");
        byte[] after = Octets.read(batch.frames(), at, batch.length(number));
        int end = at + Math.max(frame.length, after.length);
        Expect.junk(batch.frames(), at - 64, at, "before the frame");
        Expect.junk(batch.frames(), end, end + 256, "behind the frame");
        Expect.fillWithJunk(batch.frames(), at, end - at);
        if (told) {
            check(about, after, named ? (about.v6 ? OWN6 : OWN4) : vip, tooBig ? mtu : -1);
        } else {
            Expect.same(frame, after, "a frame about which no error is due");
        }
        met.add((tooBig ? "too big " : "time exceeded ") + (about.v6 ? "6 " : "4 ") + told);
    }

    private void check(ReferenceFrame about, byte[] after, byte[] source, int mtu) {
        Packet read = new Packet();
        Expect.same(Flaw.NONE, read.parse(ByteBuffer.wrap(after), 0, after.length), "the flaw of an error written");
        Expect.that(read.isIcmpError(), "no error was written");
        ReferenceFrame now = new ReferenceFrame(after);
        int ip = now.ipAt;
        int header = now.v6 ? 40 : 20;
        Expect.same(about.ipAt, ip, "where IP is, behind the tags");
        Expect.that(Arrays.equals(about.octets, 12, ip, after, 12, ip), "the tags of an error");
        Expect.that(Arrays.equals(about.octets, 6, 12, after, 0, 6), "the MAC an error goes to");
        Expect.that(ByteBuffer.wrap(after).getLong(6) >>> 16 == TestFrame.GATEWAY_MAC, "the MAC an error is from");
        Expect.same(0, now.ipError(), "how wrong an error's IP sum is");
        Expect.same(0, now.transportError(), "how wrong an error's sum is");
        Expect.same(after.length, now.end, "where an error ends");
        int longest = now.v6 ? LONGEST_ERROR6 : LONGEST_ERROR4;
        int quotes = Math.min(longest - header - 8, about.end - about.ipAt);
        Expect.same(ip + header + 8 + quotes, after.length, "how much an error quotes");
        Expect.same(
                Arrays.copyOfRange(about.octets, ip, ip + quotes),
                Arrays.copyOfRange(after, ip + header + 8, after.length),
                "what an error quotes");
        int from = ip + (now.v6 ? 8 : 12);
        Expect.same(source, Arrays.copyOfRange(after, from, from + source.length), "whom an error is from");
        Expect.same(
                Arrays.copyOfRange(about.octets, from, from + source.length),
                Arrays.copyOfRange(after, from + source.length, from + 2 * source.length),
                "whom an error is to");
        checkMessage(now, mtu);
        if (read.parseEmbedded() == Flaw.NONE) {
            EmbeddedComparison.compare(read.embedded(), now);
        }
    }

    private static void checkMessage(ReferenceFrame now, int mtu) {
        int typeAndCode = now.word(now.transportAt);
        boolean tooBig = mtu >= 0;
        int expected = now.v6 ? (tooBig ? 0x0200 : 0x0300) : (tooBig ? 0x0304 : 0x0B00);
        Expect.same(expected, typeAndCode, "type and code");
        Expect.same(0, now.word(now.transportAt + 4), "what is unused");
        Expect.same(tooBig ? mtu : 0, now.word(now.transportAt + 6), "the MTU");
    }

    @Override
    public void assertReach() {
        assertThat(met)
                .contains(
                        "time exceeded 4 false",
                        "time exceeded 4 true",
                        "time exceeded 6 true",
                        "too big 4 true",
                        "too big 6 false",
                        "too big 6 true",
                        "quoted NONE",
                        "quoted TRUNCATED",
                        "quoted BAD_ADDRESS",
                        "quoted BAD_IP_HEADER",
                        "quoted BAD_EXTENSION_HEADERS");
    }
}
