package dev.trigon.dataplane.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.fuzz.Input;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.SeedFrames;
import dev.trigon.dataplane.wire.TestFrame;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Questions for a MAC: ARP and neighbour solicitations. Just those are answered that are sound and for a VIP, octet for octet
 * as RFC 826 and RFC 4861 have it; whatever is not answered is left as it came.
 *
 * <p>An input is an octet of what to put right, and a frame.
 */
public final class NeighborTarget implements FuzzTarget {
    /** What IPv6 addresses begin with that are IPv4's. */
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private static final int SUM = 0x01;
    private static final int FOR_VIP = 0x02;
    private static final int WHICH_SHIFT = 2;

    private static final int WATCHED = 1_024;
    private static final String OWN = "203.0.113.30";
    private static final List<byte[]> VIPS4 = List.of(Octets.address("203.0.113.10"), Octets.address(OWN));
    private static final byte[] VIP6 = Octets.address("2001:db8:f::10");
    private static final byte[] MAC = {2, 0, 0, 0, 0, 2};
    private static final int ARP_LENGTH = 28;

    private final ServiceTable table = table();
    private final ArpResponder arp = new ArpResponder(TestFrame.GATEWAY_MAC);
    private final NeighborResponder neighbors = new NeighborResponder(TestFrame.GATEWAY_MAC);
    private final Packet packet = new Packet();
    private final Batch batch = new Batch(3, WATCHED);
    private final Set<String> met = new TreeSet<>();

    public NeighborTarget() {
        Expect.fillWithJunk(batch.frames(), 0, 3 * WATCHED);
    }

    private static ServiceTable table() {
        List<ServiceSpec> services = List.of(
                Specs.service("web").backend(1, "10.2.0.11", 1).spec(),
                Specs.service("own").vip(OWN).backend(2, "10.2.0.11", 1).spec(),
                Specs.service("web6")
                        .vip("2001:db8:f::10")
                        .backend(3, "2001:db8:2::b", 1)
                        .spec());
        Set<InetAddress> own = Set.of(Specs.address(OWN));
        return Tables.compile(services, null, address -> new NextHopSlot(), 1, own);
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] frame : SeedFrames.neighbors()) {
            for (int how : new int[] {0, SUM, FOR_VIP | SUM, FOR_VIP | 1 << WHICH_SHIFT}) {
                seeds.add(ByteBuffer.allocate(1 + frame.length)
                        .put((byte) how)
                        .put(frame)
                        .array());
            }
        }
        return seeds;
    }

    @Override
    public void accept(byte[] octets) {
        Input input = new Input(octets);
        int how = input.octet();
        byte[] frame = input.take(WATCHED - 512);
        if (packet.parse(ByteBuffer.wrap(frame), 0, frame.length) != Flaw.NONE) {
            return;
        }
        int at = TestFrame.ETHERNET + packet.tagOctets();
        boolean isArp = packet.etherType() == 0x0806;
        if (isArp) {
            prepareArp(frame, at, how);
        } else if (packet.isIpv6()) {
            prepareSolicitation(frame, how);
        } else {
            return;
        }
        batch.clear();
        batch.add(0, false);
        int number = batch.add(frame.length, false);
        int start = batch.at(number);
        batch.frames().put(start, frame);
        boolean sound = packet.parse(batch.frames(), start, frame.length) == Flaw.NONE;
        boolean answered = sound && (isArp ? arp.answer(packet, table) : answerSolicitation(number, frame));
        byte[] after = Octets.read(batch.frames(), start, batch.length(number));
        int end = start + Math.max(frame.length, after.length);
        Expect.junk(batch.frames(), start - 64, start, "before the frame");
        Expect.junk(batch.frames(), end, end + 256, "behind the frame");
        Expect.fillWithJunk(batch.frames(), start, end - start);
        byte[] expected = !sound ? null : isArp ? arpReply(frame, at) : advertisement(frame, at);
        Expect.that(answered == (expected != null), answered ? "what is no question is answered" : "no answer");
        Expect.same(expected == null ? frame : expected, after, "an answer");
        met.add((isArp ? "ARP " : "ND ") + answered);
    }

    private boolean answerSolicitation(int number, byte[] frame) {
        boolean expected = isSolicitation(frame);
        Expect.that(expected == packet.isNeighborSolicitation(), "whether it is a solicitation");
        return expected && neighbors.answer(batch, number, packet, table);
    }

    private static void prepareArp(byte[] frame, int at, int how) {
        if ((how & FOR_VIP) != 0) {
            byte[] vip = VIPS4.get(how >>> WHICH_SHIFT & 1);
            System.arraycopy(vip, 0, frame, at + 24, vip.length);
        }
    }

    private static void prepareSolicitation(byte[] frame, int how) {
        ReferenceFrame reference = new ReferenceFrame(frame);
        boolean message = reference.protocol == ReferenceFrame.ICMPV6 && reference.hasTransportHeader();
        if ((how & FOR_VIP) != 0 && message && reference.end - reference.transportAt >= 24) {
            System.arraycopy(VIP6, 0, frame, reference.transportAt + 8, VIP6.length);
        }
        if ((how & SUM) != 0 && message) {
            reference.sum(false);
        }
    }

    /** RFC 826, and what RFC 5227 says of announcements. Null if none is due. */
    private static byte[] arpReply(byte[] frame, int at) {
        byte[] fixed = {0, 1, 8, 0, 6, 4, 0, 1};
        byte[] target = Arrays.copyOfRange(frame, at + 24, at + 28);
        boolean question = Arrays.equals(frame, at, at + 8, fixed, 0, 8)
                && Arrays.equals(target, VIPS4.get(0))
                && !Arrays.equals(frame, at + 14, at + 18, target, 0, 4);
        if (!question) {
            return null;
        }
        byte[] reply = frame.clone();
        System.arraycopy(frame, at + 8, reply, 0, 6);
        System.arraycopy(MAC, 0, reply, 6, 6);
        reply[at + 7] = 2;
        System.arraycopy(frame, at + 8, reply, at + 18, 10);
        System.arraycopy(MAC, 0, reply, at + 8, 6);
        System.arraycopy(target, 0, reply, at + 14, 4);
        Expect.that(reply.length >= at + ARP_LENGTH, "a question that is too short");
        return reply;
    }

    /** RFC 4861, section 7.1.1, and RFC 6980. */
    private static boolean isSolicitation(byte[] frame) {
        ReferenceFrame it = new ReferenceFrame(frame);
        int message = it.transportAt;
        boolean form = it.protocol == ReferenceFrame.ICMPV6
                && !it.hasFragmentHeader()
                && it.end - message >= 24
                && it.word(message) == 135 << 8
                && it.octet(it.ipAt + 7) == 255
                && it.octet(message + 8) != 0xFF
                && !Arrays.equals(frame, message + 8, message + 20, MAPPED, 0, 12)
                && it.isTransportRight();
        byte[] group = Octets.address("ff02::1:ff00:0");
        boolean toGroup = Arrays.equals(frame, it.ipAt + 24, it.ipAt + 37, group, 0, 13);
        boolean nobody = isNobody(it);
        if (!form || (nobody && !toGroup)) {
            return false;
        }
        int option = message + 24;
        while (option < it.end) {
            int length = option + 2 <= it.end ? 8 * it.octet(option + 1) : 0;
            if (length == 0 || option + length > it.end || (nobody && it.octet(option) == 1)) {
                return false;
            }
            option += length;
        }
        return true;
    }

    private static boolean isNobody(ReferenceFrame frame) {
        return Arrays.equals(frame.octets, frame.ipAt + 8, frame.ipAt + 24, new byte[16], 0, 16);
    }

    /** RFC 4861, sections 4.4 and 7.2.4. Null if none is due. */
    private static byte[] advertisement(byte[] frame, int at) {
        ReferenceFrame asked = new ReferenceFrame(frame);
        boolean due = isSolicitation(frame)
                && asked.transportAt == at + 40
                && Arrays.equals(frame, at + 48, at + 64, VIP6, 0, 16);
        if (!due) {
            return null;
        }
        boolean nobody = isNobody(asked);
        byte[] asker = nobody ? Octets.address("ff02::1") : Arrays.copyOfRange(frame, at + 8, at + 24);
        ByteBuffer reply = ByteBuffer.allocate(at + 72);
        reply.put(nobody ? new byte[] {0x33, 0x33, 0, 0, 0, 1} : Arrays.copyOfRange(frame, 6, 12));
        reply.put(MAC).put(frame, 12, at - 12).put(frame, at, 4);
        reply.putShort((short) 32).put((byte) 58).put((byte) 255).put(VIP6).put(asker);
        reply.put((byte) 136).put((byte) 0).putShort((short) 0).putInt(nobody ? 0x2000_0000 : 0x6000_0000);
        reply.put(VIP6).put((byte) 2).put((byte) 1).put(MAC);
        new ReferenceFrame(reply.array()).sum(false);
        return reply.array();
    }

    @Override
    public void assertReach() {
        assertThat(met).containsExactlyInAnyOrder("ARP false", "ARP true", "ND false", "ND true");
    }
}
