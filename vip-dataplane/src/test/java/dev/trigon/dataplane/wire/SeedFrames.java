package dev.trigon.dataplane.wire;

import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One sound frame of each kind that the packet path tells apart, of both families: what fuzzing begins with. */
public final class SeedFrames {
    private static final String VIP6 = "2001:db8:f::10";
    private static final byte[] MAPPED = Octets.hex("00000000000000000000ffff cb00710a");

    private static final TestFrame REPLY =
            TestFrame.tcp().from("203.0.113.10", 80).to("198.51.100.10", 40_000).payload(new byte[12]);
    private static final TestFrame REPLY6 =
            TestFrame.tcp().from(VIP6, 80).to("2001:db8:c::10", 40_000).payload(new byte[12]);

    private SeedFrames() {}

    public static List<byte[]> all() {
        List<byte[]> frames = new ArrayList<>();
        frames.addAll(plain());
        frames.addAll(odd());
        frames.addAll(fragments());
        frames.addAll(icmp());
        frames.addAll(neighbors());
        return frames;
    }

    private static List<byte[]> plain() {
        return List.of(
                TestFrame.tcp().payload(new byte[9]).build(),
                TestFrame.tcp().flags(TcpHeader.SYN).tcpOptions(new byte[12]).build(),
                TestFrame.udp()
                        .to("203.0.113.10", 53)
                        .payload(new byte[3])
                        .padTo(60)
                        .build(),
                TestFrame.udp()
                        .to("203.0.113.20", 53)
                        .sum(Sum.PARTIAL)
                        .payload(new byte[16])
                        .build(),
                TestFrame.udp().to("203.0.113.20", 53).sum(Sum.ZERO).build(),
                TestFrame.tcp().to("203.0.113.20", 80).trafficClass(0x2E).ttl(1).build(),
                TestFrame.tcp().ipv6().payload(new byte[9]).build(),
                TestFrame.tcp().ipv6().sum(Sum.PARTIAL).build(),
                TestFrame.udp()
                        .to("2001:db8:f::20", 53)
                        .flowLabel(0x54321)
                        .payload(new byte[5])
                        .build(),
                TestFrame.tcp().to("2001:db8:f::20", 80).ttl(1).build(),
                TestFrame.ip(47).build());
    }

    private static List<byte[]> odd() {
        return List.of(
                TestFrame.tcp().ipOptions(new byte[12]).build(),
                TestFrame.udp().tag(0x88A8, 7).tag(0x8100, 8).build(),
                TestFrame.tcp().ipv6().tag(0x8100, 5).build(),
                TestFrame.tcp().from("224.0.0.1", 1).build(),
                TestFrame.tcp().ipv6().extension(Extension.routing(4, 1)).build(),
                TestFrame.tcp()
                        .ipv6()
                        .extension(Extension.hopByHop(8))
                        .extension(Extension.routing(3, 0))
                        .extension(Extension.destinationOptions(16))
                        .build());
    }

    private static List<byte[]> fragments() {
        return List.of(
                TestFrame.tcp().fragment(0x2000).payload(new byte[8]).build(),
                TestFrame.tcp().fragment(0x0003).payload(new byte[8]).build(),
                TestFrame.udp().fragment(0x2002).payload(new byte[8]).build(),
                TestFrame.udp()
                        .ipv6()
                        .fragment(0, true, 1)
                        .extension(Extension.destinationOptions(8))
                        .build(),
                TestFrame.udp().ipv6().fragment(16, false, 1).build(),
                TestFrame.tcp().ipv6().fragment(0, false, 1).build(),
                TestFrame.echoRequest(1, 2)
                        .fragment(0, true, 7)
                        .payload(new byte[8])
                        .build(),
                TestFrame.echoRequest6(1, 2)
                        .fragment(0, true, 7)
                        .payload(new byte[8])
                        .build());
    }

    private static List<byte[]> icmp() {
        return List.of(
                TestFrame.echoRequest(1, 2).build(),
                TestFrame.echoRequest6(1, 2).build(),
                TestFrame.icmp(13, 0, 0).build(),
                TestFrame.icmpError(3, 4, 1_280, REPLY, 28).build(),
                TestFrame.icmpError(
                                11, 0, 0, TestFrame.tcp().ipOptions(new byte[8]).from("203.0.113.20", 80), 99)
                        .to("203.0.113.20", 0)
                        .build(),
                TestFrame.icmpError(2, 0, 1_280, REPLY6, 99).build(),
                TestFrame.icmpError(
                                3, 0, 0, TestFrame.tcp().from(VIP6, 80).extension(Extension.destinationOptions(8)), 99)
                        .build(),
                TestFrame.icmpError(1, 4, 0, TestFrame.tcp().ipv6().extension(Extension.routing(3, 0)), 99)
                        .build(),
                TestFrame.icmpError(1, 4, 0, TestFrame.udp().ipv6().fragment(0, true, 9), 99)
                        .build(),
                TestFrame.icmp(1, 4, 0).ipv6().payload(fromAMappedAddress()).build());
    }

    /** An IPv6 packet from ::ffff:203.0.113.10, which no packet is from. */
    public static byte[] fromAMappedAddress() {
        byte[] frame = TestFrame.udp().ipv6().from(MAPPED, 53).build();
        return Arrays.copyOfRange(frame, TestFrame.ETHERNET, frame.length);
    }

    /** Questions for a VIP's MAC: ARP, and neighbour discovery from somebody and from nobody. */
    public static List<byte[]> neighbors() {
        return List.of(
                Octets.hex(
                        "ffffffffffff 020000000001 0806",
                        "0001 0800 06 04 0001 020000000001 c6336401 000000000000 cb00710a"),
                Octets.hex(
                        "020000000002 020000000001 8100 0005 0806",
                        "0001 0800 06 04 0001 020000000001 c6336401 020000000002 cb007114"),
                TestFrame.neighborSolicitation(VIP6, TestFrame.linkLayerOption(1, TestFrame.CLIENT_MAC))
                        .from("fe80::1", 0)
                        .build(),
                TestFrame.neighborSolicitation(VIP6).from("::", 0).build());
    }
}
