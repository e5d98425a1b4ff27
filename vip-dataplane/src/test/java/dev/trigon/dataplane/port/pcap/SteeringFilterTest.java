package dev.trigon.dataplane.port.pcap;

import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.linux.pcap.BpfProgram;
import dev.trigon.linux.pcap.OfflineFilter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In libpcap's own machine, on frames as the kernel shows them to a filter: there the outer tag is not in its place. */
class SteeringFilterTest {
    private static final int MTU_FRAME = 1_600;
    private static final String MACS = "020000000002 020000000001";
    private static final String Q = "8100 0064";
    private static final String AD = "88a8 0064";

    private static final String IPV4 = "0800 4500 0014 0000 0000 40 11 0000 c633640a";
    private static final String ARP = "0806 0001 0800 06 04";
    private static final String ARP_SENDER = "020000000001 c6336401 000000000000";
    private static final String IPV6 = "86dd 60000000 0018";
    private static final String IPV6_SOURCE = "40 20010db8000c00000000000000000010";
    private static final String NS_BODY = "87 00 0000 00000000 20010db8000f00000000000000000010";

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static final List<InetAddress> VIPS = List.of(
            address("203.0.113.10"),
            address("198.51.100.1"),
            address("2001:db8:f::10"),
            address("2001:db8:f::ab:cdef"));

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a packet to a VIP,            " + IPV4 + " cb00710a,                             true",
        "to another VIP,               " + IPV4 + " c6336401,                             true",
        "to its neighbour,             " + IPV4 + " cb00710b,                             false",
        "a fragment,                   0800 4500 0014 0000 20b9 40 11 0000 c633640a cb00710a, true",
        "with options,                 0800 4f00 003c 0000 0000 40 06 0000 c633640a cb00710a, true",
        "without a destination,        " + IPV4 + " cb0071,                               false",
        "an ARP request,               " + ARP + " 0001 " + ARP_SENDER + " cb00710a,      true",
        "an ARP reply,                 " + ARP + " 0002 " + ARP_SENDER + " cb00710a,      false",
        "ARP for another,              " + ARP + " 0001 " + ARP_SENDER + " cb00710b,      false",
        "IPv6,                         " + IPV6 + "11" + IPV6_SOURCE + "20010db8000f00000000000000000010, true",
        "IPv6 to another VIP,          " + IPV6 + "06" + IPV6_SOURCE + "20010db8000f00000000000000abcdef, true",
        "IPv6 with hop-by-hop options, " + IPV6 + "00" + IPV6_SOURCE + "20010db8000f00000000000000000010, true",
        "IPv6 to a neighbour,          " + IPV6 + "11" + IPV6_SOURCE + "20010db8000f00000000000000000011, false",
        "IPv6 to another network,      " + IPV6 + "11" + IPV6_SOURCE + "20010db8000e00000000000000000010, false",
        "a solicitation to the group,  " + IPV6 + "3a ff fe800000000000000000000000000001"
                + "ff0200000000000000000001ff000010" + NS_BODY + ", true",
        "another VIP's group,          " + IPV6 + "3a ff fe800000000000000000000000000001"
                + "ff0200000000000000000001ffabcdef" + NS_BODY + ", true",
        "nobody's group,               " + IPV6 + "3a ff fe800000000000000000000000000001"
                + "ff0200000000000000000001ff000011" + NS_BODY + ", false",
        "a solicitation to the VIP,    " + IPV6 + "3a ff fe800000000000000000000000000001"
                + "20010db8000f00000000000000000010" + NS_BODY + ", true",
        "a ping to the group,          " + IPV6 + "3a ff fe800000000000000000000000000001"
                + "ff0200000000000000000001ff000010 80 00 0000, false",
        "something else,               88cc 0207 0400, false"
    })
    void shouldAcceptWhatIsForAVip(String what, String packet, boolean expected) {
        BpfProgram filter = SteeringFilter.upTo(MTU_FRAME, VIPS);
        for (String tag : List.of("", Q, AD, AD + Q)) {
            assertThat(OfflineFilter.accepts(filter, hex(MACS, tag, packet)))
                    .as("%s behind tags [%s]", what, tag)
                    .isEqualTo(expected);
        }
        assertThat(OfflineFilter.accepts(filter, hex(MACS, Q, Q, Q, packet)))
                .as("%s behind four tags", what)
                .isFalse();
    }

    @Test
    void shouldPartFramesByTheirLength() {
        byte[] frame = Arrays.copyOf(hex(MACS, IPV4, "cb00710a"), 200);
        byte[] longer = Arrays.copyOf(frame, 201);
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(200, VIPS), frame)).isTrue();
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(200, VIPS), longer))
                .isFalse();
        assertThat(OfflineFilter.accepts(SteeringFilter.longerThan(200, VIPS), frame))
                .isFalse();
        assertThat(OfflineFilter.accepts(SteeringFilter.longerThan(200, VIPS), longer))
                .isTrue();
    }

    @Test
    void shouldLetNothingThroughWithoutVips() {
        BpfProgram filter = SteeringFilter.upTo(MTU_FRAME, List.of());
        assertThat(OfflineFilter.accepts(filter, hex(MACS, IPV4, "cb00710a"))).isFalse();
        assertThat(OfflineFilter.accepts(filter, hex(MACS, IPV4, "00000000"))).isFalse();
    }

    /** What one family has must not let the other's in. */
    @Test
    void shouldLetNothingOfAFamilyThroughThatHasNoVips() {
        byte[] ipv4 = hex(MACS, IPV4, "cb00710a");
        byte[] ipv6 = hex(MACS, IPV6, "11", IPV6_SOURCE, "20010db8000f00000000000000000010");
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(MTU_FRAME, VIPS.subList(0, 2)), ipv4))
                .isTrue();
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(MTU_FRAME, VIPS.subList(0, 2)), ipv6))
                .isFalse();
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(MTU_FRAME, VIPS.subList(2, 4)), ipv4))
                .isFalse();
        assertThat(OfflineFilter.accepts(SteeringFilter.upTo(MTU_FRAME, VIPS.subList(2, 4)), ipv6))
                .isTrue();
    }

    private static List<InetAddress> ipv4InSteps(int vips, int step) {
        return IntStream.range(0, vips)
                .mapToObj(i -> IpAddress.toInetAddress(0, IpAddress.mapped(0xCB00_7100 + step * i)))
                .toList();
    }

    private static boolean accepts(List<InetAddress> vips, int destination) {
        byte[] frame = hex(MACS, IPV4, String.format("%08x", destination));
        return OfflineFilter.accepts(SteeringFilter.upTo(MTU_FRAME, vips), frame);
    }

    @Test
    void shouldNameEachVipAsLongAsTheyAreFewAndTheirPrefixesWhenTheyAreMany() {
        List<InetAddress> few = ipv4InSteps(SteeringFilter.MOST_PREFIXES, 2);
        List<InetAddress> many = ipv4InSteps(2 * SteeringFilter.MOST_PREFIXES, 2);

        assertThat(accepts(few, 0xCB00_7100 + 2)).isTrue();
        assertThat(accepts(few, 0xCB00_7100 + 1)).isFalse();
        assertThat(accepts(many, 0xCB00_7100 + 2)).isTrue();
        assertThat(accepts(many, 0xCB00_7100 + 3))
                .as("a neighbour within the /30")
                .isTrue();
        assertThat(accepts(many, 0xCB00_7100 + 1024)).isFalse();
    }

    @Test
    void shouldStayWithinWhatTheKernelTakesHoweverManyVipsThereAre() {
        Random random = new Random(7);
        List<InetAddress> vips = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            vips.add(IpAddress.toInetAddress(0, IpAddress.mapped(random.nextInt())));
            vips.add(IpAddress.toInetAddress(0x2000_0000_0000_0000L | random.nextInt(), random.nextLong()));
        }
        for (int count : new int[] {2, 200, 256, 1_000, vips.size()}) {
            BpfProgram filter = SteeringFilter.upTo(MTU_FRAME, vips.subList(0, count));
            assertThat(filter.length()).as("%d VIPs", count).isLessThanOrEqualTo(BpfProgram.MOST_INSTRUCTIONS);
            for (InetAddress vip : vips.subList(0, count)) {
                String octets = Octets.hex(vip.getAddress());
                byte[] frame = octets.length() == 8
                        ? hex(MACS, AD, IPV4, octets)
                        : hex(MACS, AD, IPV6, "11", IPV6_SOURCE, octets);
                assertThat(OfflineFilter.accepts(filter, frame)).as("%s", vip).isTrue();
            }
        }
    }
}
