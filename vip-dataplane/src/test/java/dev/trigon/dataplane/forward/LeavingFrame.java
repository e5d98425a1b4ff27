package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.ReferenceFrame;
import dev.trigon.dataplane.wire.RewriteComparison;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a frame must be that leaves the gateway, given what it was when it came: forwarded, with the MACs of its way and no
 * more changed than its mode says; or an answer or error of the gateway's own, sound and right in its sums.
 */
final class LeavingFrame {
    private static final int MACS = 12;
    private static final int LONGEST_ERROR4 = 576;
    private static final int LONGEST_ERROR6 = 1_280;
    private static final int ADVERTISEMENT = 40 + 32;
    private static final int TO_ALL_NODES = 0x3333;

    private LeavingFrame() {}

    static boolean isForwarded(byte[] frame) {
        return mac(frame, 6) == Rig.EGRESS_MAC;
    }

    private static long mac(byte[] frame, int at) {
        return ByteBuffer.wrap(frame).getLong(at) >>> 16;
    }

    static void checkForwarded(byte[] was, byte[] frame, Batch batch, int number) {
        boolean leavesByIngress = batch.egress(number) == Rig.INGRESS;
        Expect.that(leavesByIngress || batch.egress(number) == Rig.EGRESS, "an interface that no next hop has");
        ReferenceFrame before = new ReferenceFrame(leavesByIngress ? was : withoutTags(was));
        int last = before.octet(before.ipAt + (before.v6 ? 39 : 19));
        boolean layer3 = last == (before.v6 ? 0x20 : 20);
        long server = mac(frame, 0) ^ Rig.SERVER_MACS;
        Expect.that((server >= 11 && server <= 13) || (layer3 && server == 1), "a MAC that no next hop has");
        byte[] expected = layer3 ? redirected(before, frame, (int) server) : before.octets.clone();
        System.arraycopy(frame, 0, expected, 0, MACS);
        RewriteComparison.compare(before, expected, frame, layer3);
        checkLength(before, batch, number);
    }

    private static byte[] redirected(ReferenceFrame before, byte[] frame, int server) {
        int addressAt = before.ipAt + (before.v6 ? 24 : 16);
        byte[] to = Arrays.copyOfRange(frame, addressAt, addressAt + (before.v6 ? 16 : 4));
        int last = to[to.length - 1];
        Expect.that(last >= 11 && last <= 13 && (server == last || server == 1), "a server that has another MAC");
        String network = before.v6 ? "2001:db8:2::" : "10.2.0.";
        byte[] address = Octets.address(network + (before.v6 ? Integer.toHexString(last) : last));
        Expect.same(address, to, "the server's address");
        Expect.that(before.octet(before.ipAt + (before.v6 ? 7 : 8)) > 1, "a packet without a hop left");
        int dscp = before.v6 ? ForwarderServices.DSCP6 : ForwarderServices.DSCP4;
        byte[] expected = before.redirected(to, dscp, frame);
        if (isError(before) && !before.v6 && Arrays.equals(frame, before.ipAt + 12, before.ipAt + 16, own(), 0, 4)) {
            // an error goes on in the gateway's name
            System.arraycopy(own(), 0, expected, before.ipAt + 12, 4);
        }
        return expected;
    }

    private static byte[] own() {
        return new byte[] {(byte) 198, 51, 100, 2};
    }

    private static boolean isError(ReferenceFrame frame) {
        return frame.protocol == ReferenceFrame.ICMP && frame.hasTransportHeader();
    }

    private static void checkLength(ReferenceFrame before, Batch batch, int number) {
        int octets = before.end - before.ipAt;
        int segment = batch.segment(number);
        if (segment == Batch.WHOLE) {
            Expect.that(octets <= Rig.MTU, "a packet longer than any link leaves whole");
            return;
        }
        Expect.that(octets > Rig.MTU && before.protocol == ReferenceFrame.TCP, "what is cut up is no super-packet");
        Expect.that(!before.isFragment(), "a fragment is cut up as if it were a super-packet");
        int headers = before.transportAt - before.ipAt + 4 * (before.octet(before.transportAt + 12) >>> 4);
        Expect.that(segment > 0, "segments without room for anything: " + segment);
        Expect.that(headers + segment <= Rig.MTU, "segments longer than any link");
    }

    private static byte[] withoutTags(byte[] frame) {
        int tags = new ReferenceFrame(frame).ipAt - TestFrame.ETHERNET;
        byte[] untagged = Arrays.copyOfRange(frame, tags, frame.length);
        System.arraycopy(frame, 0, untagged, 0, MACS);
        return untagged;
    }

    static void checkOwn(byte[] was, byte[] frame, Batch batch, int number) {
        Expect.same(Rig.INGRESS, batch.egress(number), "the interface that an answer leaves by");
        Expect.same(TestFrame.GATEWAY_MAC, mac(frame, 6), "who an answer is from");
        Packet packet = new Packet();
        Flaw flaw = packet.parse(ByteBuffer.wrap(frame), 0, frame.length);
        Expect.same(Flaw.NONE, flaw, "the flaw of an answer");
        if (!packet.isIp()) {
            Expect.same(was.length, frame.length, "an ARP reply's length");
            return;
        }
        boolean toAll = ByteBuffer.wrap(frame).getShort(0) == TO_ALL_NODES;
        Expect.that(toAll || mac(frame, 0) == mac(was, 6), "whom an answer is for");
        ReferenceFrame before = new ReferenceFrame(was);
        ReferenceFrame now = new ReferenceFrame(frame);
        if (isEchoReply(before, now)) {
            Expect.same(was.length, frame.length, "an echo reply's length");
            Expect.same(before.ipError(), now.ipError(), "how wrong an echo reply's IP sum is");
            Expect.that(
                    !before.hasTransportHeader() || before.transportError() == now.transportError(),
                    "how wrong an echo reply's sum is");
            return;
        }
        if (now.protocol == ReferenceFrame.TCP) {
            Expect.same(ExpectedReset.of(before), frame, "the RST");
            return;
        }
        Expect.that(now.ipError() == 0 && now.transportError() == 0, "an answer with a wrong sum");
        Expect.same(now.end, frame.length, "where an answer ends");
        boolean advertisement = now.v6 && now.octet(now.transportAt) == 136;
        int most = advertisement ? ADVERTISEMENT : now.v6 ? LONGEST_ERROR6 : LONGEST_ERROR4;
        Expect.that(now.end - now.ipAt <= most, "an answer longer than it may be");
    }

    private static boolean isEchoReply(ReferenceFrame before, ReferenceFrame now) {
        if (before.fragmentOffset() != 0) {
            return true;
        }
        return before.hasTransportHeader()
                && before.octet(before.transportAt) == (before.v6 ? 128 : 8)
                && now.octet(now.transportAt) == (before.v6 ? 129 : 0);
    }
}
