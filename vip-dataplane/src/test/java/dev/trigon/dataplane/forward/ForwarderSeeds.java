package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.SeedFrames;
import dev.trigon.dataplane.wire.TcpHeader;
import dev.trigon.dataplane.wire.TestFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Frames of every kind, alone, all together, after a change, and fragment by fragment: what {@link ForwarderTarget} takes. */
final class ForwarderSeeds {
    private static final int ECHO_TO_BACKEND = 1;
    private static final int NAMED = 2;
    private static final int WHICH_HOP = 0x0F;

    private ForwarderSeeds() {}

    static List<byte[]> all() {
        List<byte[]> seeds = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(0);
        for (byte[] frame : SeedFrames.all()) {
            byte[] step = FrameStep.step(FrameStep.TO_US | FrameStep.TOGETHER, 0, frame);
            seeds.add(input(ECHO_TO_BACKEND, step));
            byte[] longer = FrameStep.step(FrameStep.TO_US | FrameStep.SUMS | FrameStep.GROW, 0, frame);
            byte[] often = FrameStep.step(FrameStep.TO_US | FrameStep.TOGETHER, FrameStep.AGAIN | 40, frame);
            seeds.add(input(NAMED, step, longer, often));
            seeds.add(input(0, FrameStep.step(FrameStep.TO_US | FrameStep.SUMS | FrameStep.GROW_MOST, 0, frame)));
            all.writeBytes(step);
        }
        seeds.add(all.toByteArray());
        TestFrame headers = TestFrame.tcp()
                .ipv6()
                .extension(Extension.destinationOptions(1_448))
                .payload(new byte[400]);
        seeds.add(input(0, FrameStep.step(FrameStep.TO_US, 0, headers.build())));
        seeds.addAll(changes());
        seeds.addAll(ofFormerBackends());
        byte[] toNobody = TestFrame.tcp().to("203.0.113.10", 81).build();
        seeds.add(input(0, FrameStep.step(FrameStep.TO_US, 0, toNobody)));
        seeds.addAll(inFragments());
        return seeds;
    }

    /** Every next hop becomes something else, or the kernel refuses to send, or the services change. */
    private static List<byte[]> changes() {
        List<byte[]> seeds = new ArrayList<>();
        for (TestFrame datagram : datagrams()) {
            byte[] frame = FrameStep.step(FrameStep.TO_US, 0, datagram.build());
            byte[] often = FrameStep.step(FrameStep.TO_US | FrameStep.TOGETHER, FrameStep.AGAIN | 40, datagram.build());
            for (int kind = 0; kind < 5; kind++) {
                ByteArrayOutputStream hops = new ByteArrayOutputStream();
                for (int hop = 0; hop <= WHICH_HOP; hop++) {
                    hops.write(ForwarderTarget.HOP << 5);
                    hops.write(kind << 4 | hop);
                }
                seeds.add(input(0, frame, hops.toByteArray(), often));
            }
            for (int change = 0; change < 32; change++) {
                byte[] step = {(byte) (ForwarderTarget.TABLE << 5 | change)};
                byte[] time = {(byte) (ForwarderTarget.TIME << 5 | change)};
                seeds.add(input(NAMED, frame, step, time, frame));
            }
        }
        return seeds;
    }

    /** Connections to each backend, of both families; then the backends change, and the clients go on in every way. */
    private static List<byte[]> ofFormerBackends() {
        List<byte[]> seeds = new ArrayList<>();
        for (String vip : List.of("203.0.113.10", "203.0.113.20", "2001:db8:f::10", "2001:db8:f::20")) {
            seeds.add(input(0, goOn(vip, TcpHeader.ACK), changed(), inPieces(vip)));
            for (int flags : new int[] {0x00, 0x01, 0x03, 0x04, 0x10, 0x12, 0x19}) {
                seeds.add(input(0, goOn(vip, TcpHeader.ACK), changed(), goOn(vip, flags), waited(), goOn(vip, 0x02)));
            }
        }
        return seeds;
    }

    private static byte[] inPieces(String vip) {
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        for (int port = 1_000; port < 1_008; port++) {
            String client = vip.indexOf(':') < 0 ? "198.51.100.10" : "2001:db8:c::10";
            TestFrame segment = TestFrame.tcp().from(client, port).to(vip, 80).identification(port);
            for (byte[] piece : segment.payload(new byte[40]).fragments(32)) {
                pieces.writeBytes(FrameStep.step(FrameStep.TO_US, 0, piece));
            }
        }
        return pieces.toByteArray();
    }

    private static byte[] changed() {
        return new byte[] {(byte) (ForwarderTarget.TABLE << 5 | 1)};
    }

    private static byte[] waited() {
        return new byte[] {(byte) (ForwarderTarget.TIME << 5 | 0x1F)};
    }

    private static byte[] goOn(String vip, int flags) {
        ByteArrayOutputStream segments = new ByteArrayOutputStream();
        for (int port = 1_000; port < 1_008; port++) {
            String client = vip.indexOf(':') < 0 ? "198.51.100.10" : "2001:db8:c::10";
            TestFrame segment = TestFrame.tcp()
                    .from(client, port)
                    .to(vip, 80)
                    .flags(flags)
                    .trafficClass(0x2E)
                    .flowLabel(0x54321)
                    .fragment(0);
            // some with options and a tag, so that lengths differ
            segment = port % 2 == 0
                    ? segment.payload(new byte[port % 7])
                    : segment.tcpOptions(new byte[8]).tag(0x8100, 5);
            byte[] frame = segment.build();
            // an urgent pointer, which no RST has
            frame[segment.transportAt() + 19] = 1;
            segments.writeBytes(FrameStep.step(FrameStep.TO_US | FrameStep.SUMS, 0, frame));
        }
        return segments.toByteArray();
    }

    /** The first fragment comes last. */
    private static List<byte[]> inFragments() {
        List<byte[]> seeds = new ArrayList<>();
        for (TestFrame datagram : datagrams()) {
            ByteArrayOutputStream parts = new ByteArrayOutputStream();
            parts.write(ECHO_TO_BACKEND);
            List<byte[]> fragments = datagram.fragments(16);
            for (int i = fragments.size() - 1; i >= 0; i--) {
                parts.writeBytes(FrameStep.step(FrameStep.TO_US, 0, fragments.get(i)));
            }
            seeds.add(parts.toByteArray());
        }
        return seeds;
    }

    private static List<TestFrame> datagrams() {
        return List.of(
                TestFrame.udp().to("203.0.113.10", 53).payload(new byte[40]),
                TestFrame.tcp().to("203.0.113.10", 80).payload(new byte[40]),
                TestFrame.tcp().to("203.0.113.20", 80).payload(new byte[40]),
                TestFrame.echoRequest(1, 2).payload(new byte[40]),
                TestFrame.udp().to("2001:db8:f::10", 53).payload(new byte[40]),
                TestFrame.tcp().to("2001:db8:f::20", 80).payload(new byte[40]),
                TestFrame.echoRequest6(1, 2).payload(new byte[40]));
    }

    private static byte[] input(int settings, byte[]... steps) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(settings);
        for (byte[] step : steps) {
            input.writeBytes(step);
        }
        return input.toByteArray();
    }
}
