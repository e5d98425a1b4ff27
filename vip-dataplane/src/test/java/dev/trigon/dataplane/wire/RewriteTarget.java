package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.fuzz.Input;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the two modes do to any packet that is accepted: every checksum, summed up anew, is afterwards just as right or wrong
 * as before, a partial one is completed, and nothing but the fields that are to change has changed.
 *
 * <p>An input is how to prepare the frame (an octet), a DSCP code (an octet), a new destination (sixteen), two MACs (sixteen)
 * and the frame.
 */
public final class RewriteTarget implements FuzzTarget {
    private static final int AROUND = 64;
    private static final int LONGEST = 1 << 16;

    private static final int SUM = 0x03;
    private static final int SUM_RIGHT = 1;
    private static final int SUM_PARTIAL = 2;
    private static final int SUM_IP = 0x04;
    private static final int REDIRECT = 0x08;
    private static final int EDGE = 0x10;

    private static final int[] HOW = {
        0,
        SUM_PARTIAL,
        SUM_RIGHT | SUM_IP | REDIRECT,
        SUM_PARTIAL | SUM_IP | REDIRECT,
        SUM_RIGHT | SUM_IP | REDIRECT | EDGE
    };

    private final Packet packet = new Packet();
    private final ByteBuffer memory = Octets.junk(AROUND + LONGEST + AROUND);
    private final Set<String> met = new TreeSet<>();

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] frame : SeedFrames.all()) {
            for (int how : HOW) {
                ByteBuffer seed =
                        ByteBuffer.allocate(34 + frame.length).put((byte) how).put((byte) 0x2A);
                seed.put(Octets.address("2001:db8:2::11"))
                        .putLong(0x0200_0000_0003L)
                        .putLong(0x0200_0000_000BL);
                seeds.add(seed.put(frame).array());
            }
        }
        return seeds;
    }

    @Override
    public void accept(byte[] octets) {
        Input input = new Input(octets);
        int how = input.octet();
        int dscp = input.octet() & 0x3F;
        byte[] destination = input.take(16);
        long sourceMac = input.eight() & 0xFFFF_FFFF_FFFFL;
        long destinationMac = input.eight() & 0xFFFF_FFFF_FFFFL;
        byte[] frame = input.rest();
        if (packet.parse(ByteBuffer.wrap(frame), 0, frame.length) != Flaw.NONE || !packet.isIp()) {
            return;
        }
        ReferenceFrame before = prepare(frame, how);
        memory.put(AROUND, frame);
        Expect.same(Flaw.NONE, packet.parse(memory, AROUND, frame.length), "the flaw of a prepared frame");
        boolean redirect = (how & REDIRECT) != 0;
        byte[] address = Arrays.copyOf(destination, before.v6 ? 16 : 4);
        if (redirect) {
            if ((how & EDGE) != 0) {
                toTheEdge(before, address, dscp);
            }
            ByteBuffer words = ByteBuffer.wrap(Arrays.copyOf(address, 16));
            long low = before.v6 ? words.getLong(8) : IpAddress.mapped(words.getInt(0));
            packet.redirect(before.v6 ? words.getLong(0) : 0, low, dscp);
        } else {
            packet.completeChecksum();
        }
        packet.ethernet().destination(destinationMac);
        packet.ethernet().source(sourceMac);
        byte[] after = Octets.read(memory, AROUND, frame.length);
        Expect.junk(memory, 0, AROUND, "before the frame");
        Expect.junk(memory, AROUND + frame.length, AROUND + frame.length + AROUND, "behind the frame");
        byte[] expected = redirect ? before.redirected(address, dscp, after) : frame.clone();
        ByteBuffer macs = ByteBuffer.wrap(expected);
        macs.putShort(0, (short) (destinationMac >>> 32)).putInt(2, (int) destinationMac);
        macs.putShort(6, (short) (sourceMac >>> 32)).putInt(8, (int) sourceMac);
        String sum = RewriteComparison.compare(before, expected, after, redirect);
        met.add(sum + (before.v6 ? "6" : "4"));
        Expect.fillWithJunk(memory, AROUND, frame.length);
    }

    /** Sums go wrong where they carry twice: where what they are over comes to 1. Chance finds it once in 65,536 inputs. */
    private static void toTheEdge(ReferenceFrame before, byte[] address, int dscp) {
        address[address.length - 2] = 0;
        address[address.length - 1] = 0;
        byte[] zeroed = before.octets.clone();
        if (before.v6 && !before.hasTransportHeader()) {
            return;
        }
        int at = before.v6 ? before.sumAt() : before.ipAt + 10;
        zeroed[at] = 0;
        zeroed[at + 1] = 0;
        ReferenceFrame after = new ReferenceFrame(new ReferenceFrame(zeroed).redirected(address, dscp, zeroed));
        int word = Math.floorMod(1 - (before.v6 ? after.transportError() : after.ipError()), 0xFFFF);
        address[address.length - 2] = (byte) (word >>> 8);
        address[address.length - 1] = (byte) word;
    }

    private static ReferenceFrame prepare(byte[] frame, int how) {
        ReferenceFrame reference = new ReferenceFrame(frame);
        if (reference.hasTransportHeader() && !(reference.isFragment() && (how & SUM) == SUM_PARTIAL)) {
            switch (how & SUM) {
                case SUM_RIGHT -> reference.sum(false);
                case SUM_PARTIAL -> reference.sum(true);
                default -> {}
            }
        }
        if ((how & SUM_IP) != 0) {
            reference.sumIp();
        }
        return reference;
    }

    @Override
    public void assertReach() {
        assertThat(met).contains("partial4", "partial6", "right4", "right6", "wrong4", "wrong6");
    }
}
