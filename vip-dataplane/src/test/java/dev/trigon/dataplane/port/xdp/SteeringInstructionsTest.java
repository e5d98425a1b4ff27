package dev.trigon.dataplane.port.xdp;

import static dev.trigon.dataplane.port.xdp.SteeringBench.address;
import static dev.trigon.dataplane.port.xdp.SteeringBench.steers;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.bpf.XdpProgram;
import dev.trigon.linux.libc.LibC;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the kernel, on frames that no interface received. Needs root. */
class SteeringInstructionsTest {
    private static final String US = "020000000002";
    private static final String ALL = "ffffffffffff";
    private static final String GROUP = "3333ff000010";
    private static final String FROM = "020000000001";
    private static final String Q = "8100 0064";
    private static final String AD = "88a8 0064";

    private static final String IPV4 = "0800 4500 0014 0000 0000 40 11 0000 c633640a";
    private static final String ARP = "0806 0001 0800 06 04";
    private static final String ARP_SENDER = "020000000001 c6336401 000000000000";
    private static final String IPV6 = "86dd 60000000 0018";
    private static final String IPV6_SOURCE = "40 20010db8000c00000000000000000010";
    private static final String NS = IPV6 + "3a ff fe800000000000000000000000000001";
    private static final String SOLICITED_NODE = "ff0200000000000000000001ff000010";
    private static final String NS_BODY = "87 00 0000 00000000 20010db8000f00000000000000000010";

    static final List<InetAddress> VIPS = List.of(
            address("203.0.113.10"),
            address("198.51.100.1"),
            address("2001:db8:f::10"),
            address("2001:db8:f::ab:cdef"));

    private SteeringBench bench;

    @BeforeEach
    void open() {
        assumeThat(LibC.geteuid()).as("bpf(2) needs root").isZero();
        bench = new SteeringBench(1);
        bench.vips.set(VIPS);
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a packet to a VIP,            " + US + ",    " + IPV4 + " cb00710a,                             true",
        "to another VIP,               " + US + ",    " + IPV4 + " c6336401,                             true",
        "to its neighbour,             " + US + ",    " + IPV4 + " cb00710b,                             false",
        "to a VIP's octets reversed,   " + US + ",    " + IPV4 + " 0a7100cb,                             false",
        "to somebody's MAC,            020000000003,  " + IPV4 + " cb00710a,                             false",
        "to a MAC like ours,           020000010002,  " + IPV4 + " cb00710a,                             false",
        "broadcast,                    " + ALL + ",   " + IPV4 + " cb00710a,                             false",
        "multicast,                    01005e00710a,  " + IPV4 + " cb00710a,                             false",
        "a fragment,                   " + US + ",    0800 4500 0014 0000 20b9 40 11 0000 c633640a cb00710a, true",
        "with options,                 " + US + ",    0800 4f00 003c 0000 0000 40 06 0000 c633640a cb00710a, true",
        "with a short header,          " + US + ",    0800 4200 0014 0000 0000 40 06 0000 c633640a cb00710a, true",
        "of another version,           " + US + ",    0800 7500 0014 0000 0000 40 06 0000 c633640a cb00710a, true",
        "ICMP,                         " + US + ",    0800 4500 0014 0000 0000 40 01 0000 c633640a cb00710a, true",
        "without a destination,        " + US + ",    " + IPV4 + " cb0071,                               false",
        "an ARP request,               " + ALL + ",   " + ARP + " 0001 " + ARP_SENDER + " cb00710a,      true",
        "an ARP request to us,         " + US + ",    " + ARP + " 0001 " + ARP_SENDER + " cb00710a,      true",
        "an ARP request to another,    020000000003,  " + ARP + " 0001 " + ARP_SENDER + " cb00710a,      false",
        "an ARP request to a group,    " + GROUP + ", " + ARP + " 0001 " + ARP_SENDER + " cb00710a,      false",
        "an ARP reply,                 " + US + ",    " + ARP + " 0002 " + ARP_SENDER + " cb00710a,      false",
        "ARP for another,              " + ALL + ",   " + ARP + " 0001 " + ARP_SENDER + " cb00710b,      false",
        "ARP without a target,         " + ALL + ",   " + ARP + " 0001 " + ARP_SENDER + " cb0071,        false",
        "IPv6,              " + US + ",  " + IPV6 + "11" + IPV6_SOURCE + "20010db8000f00000000000000000010, true",
        "IPv6 to another VIP, " + US + "," + IPV6 + "06" + IPV6_SOURCE + "20010db8000f00000000000000abcdef, true",
        "IPv6 with options, " + US + ",  " + IPV6 + "00" + IPV6_SOURCE + "20010db8000f00000000000000000010, true",
        "IPv6 neighbour,    " + US + ",  " + IPV6 + "11" + IPV6_SOURCE + "20010db8000f00000000000000000011, false",
        "another network,   " + US + ",  " + IPV6 + "11" + IPV6_SOURCE + "20010db8000e00000000000000000010, false",
        "a mapped address,  " + US + ",  " + IPV6 + "11" + IPV6_SOURCE + "00000000000000000000ffffcb00710a, false",
        "IPv6 cut short,    " + US + ",  " + IPV6 + "11" + IPV6_SOURCE + "20010db8000f000000000000000000, false",
        "IPv6 to a group,   " + GROUP + "," + IPV6 + "11" + IPV6_SOURCE + "20010db8000f00000000000000000010, false",
        "a solicitation,          " + GROUP + ",  " + NS + "ff0200000000000000000001ff000010" + NS_BODY + ", true",
        "to another group,        3333ffabcdef,   " + NS + "ff0200000000000000000001ff000011" + NS_BODY + ", true",
        "of a neighbour,          " + GROUP + ",  " + NS + "ff0200000000000000000001ff000010"
                + "87 00 0000 00000000 20010db8000f00000000000000000011, false",
        "without a target,        " + GROUP + ",  " + NS + "ff0200000000000000000001ff000010"
                + "87 00 0000 00000000 20010db8000f000000000000000000, false",
        "a solicitation to us,    " + US + ",     " + NS + "ff0200000000000000000001ff000010" + NS_BODY + ", true",
        "to the VIP,              " + US + ",     " + NS + "20010db8000f00000000000000000010" + NS_BODY + ", true",
        "broadcast,               " + ALL + ",    " + NS + "ff0200000000000000000001ff000010" + NS_BODY + ", false",
        "to another MAC,          020000000003,   " + NS + "ff0200000000000000000001ff000010" + NS_BODY + ", false",
        "an advertisement,        " + GROUP + ",  " + NS + "ff0200000000000000000001ff000010"
                + "88 00 0000 00000000 20010db8000f00000000000000000010, false",
        "UDP that looks like one, " + GROUP + ",  " + IPV6 + "11 ff fe800000000000000000000000000001"
                + "ff0200000000000000000001ff000010" + NS_BODY + ", false",
        "something else,               " + US + ",    88cc 0207 0400, false"
    })
    void shouldSteerWhatIsForAVip(String what, String to, String packet, boolean expected) {
        for (boolean frags : List.of(true, false)) {
            try (XdpProgram program = bench.load(SteeringBench.MTU_FRAME, frags)) {
                for (String tag : List.of("", Q, AD, AD + Q, Q + Q)) {
                    assertThat(steers(program, hex(to, FROM, tag, packet)))
                            .as("%s behind tags [%s]", what, tag)
                            .isEqualTo(expected);
                }
                assertThat(steers(program, hex(to, FROM, Q, Q, Q, packet)))
                        .as("%s behind three tags", what)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveLongFramesToTheKernel(boolean frags) {
        byte[] frame = Arrays.copyOf(hex(US, FROM, IPV4, "cb00710a"), 200);
        byte[] solicitation = Arrays.copyOf(hex(GROUP, FROM, NS, SOLICITED_NODE, NS_BODY), 200);
        byte[] tagged = Arrays.copyOf(hex(US, FROM, AD, Q, IPV4, "cb00710a"), 200);
        try (XdpProgram program = bench.load(200, frags)) {
            for (byte[] it : List.of(frame, solicitation, tagged)) {
                assertThat(steers(program, it)).isTrue();
                assertThat(steers(program, Arrays.copyOf(it, 201))).isFalse();
            }
        }
    }

    @Test
    void shouldCountAllBuffersOfAFrame() {
        byte[] frame = Arrays.copyOf(hex(US, FROM, IPV4, "cb00710a"), 9_000);
        try (XdpProgram program = bench.load(9_000, true)) {
            assertThat(steers(program, frame)).isTrue();
        }
        try (XdpProgram program = bench.load(8_999, true)) {
            assertThat(steers(program, frame)).isFalse();
        }
    }

    /** Where an immediate's highest bit is set, or its octets are in the wrong order, the MAC would not be met. */
    @ParameterizedTest
    @ValueSource(strings = {"020000000002", "fe8081828384", "f0f1f2f3fffe", "fefffffffffe", "00163e7fffff"})
    void shouldKnowEveryMac(String mac) {
        try (XdpProgram program = bench.load(Long.parseLong(mac, 16))) {
            byte[] frame = hex(mac, FROM, IPV4, "cb00710a");
            assertThat(steers(program, frame)).isTrue();
            for (int bit = 0; bit < Long.SIZE - Short.SIZE; bit++) {
                byte[] other = frame.clone();
                other[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                assertThat(steers(program, other)).as("bit %d", bit).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64, 1_024})
    void shouldDoWithAnyNumberOfQueues(int queues) {
        try (SteeringBench many = new SteeringBench(queues);
                XdpProgram program = many.load(SteeringBench.MTU_FRAME, true)) {
            many.vips.set(VIPS);
            assertThat(steers(program, hex(US, FROM, IPV4, "cb00710a"))).isTrue();
        }
    }

    @Test
    void shouldLeaveAllToTheKernelWhereAQueueHasNoSocket() {
        try (BpfMap none = SteeringProgram.sockets(1);
                XdpProgram program =
                        SteeringProgram.load(SteeringBench.MAC, SteeringBench.MTU_FRAME, false, bench.vips, none)) {
            assertThat(steers(program, hex(US, FROM, IPV4, "cb00710a"))).isFalse();
        }
    }

    /** Frames of every length that look like what is steered, one field or another wrong, against the rules in plain Java. */
    @Test
    void shouldSayOfEveryFrameWhatTheRulesSay() {
        long seed = System.nanoTime();
        RandomFrames frames = new RandomFrames(seed, VIPS);
        SteeringRules rules = new SteeringRules(SteeringBench.MAC, 100, VIPS);
        int steered = 0;
        try (XdpProgram plain = bench.load(100, false);
                XdpProgram frags = bench.load(100, true)) {
            for (int i = 0; i < 20_000; i++) {
                byte[] frame = frames.next();
                boolean expected = rules.steers(frame);
                assertThat(steers(plain, frame))
                        .as("seed %d, %s", seed, hex(frame))
                        .isEqualTo(expected);
                assertThat(steers(frags, frame))
                        .as("seed %d, %s", seed, hex(frame))
                        .isEqualTo(expected);
                steered += expected ? 1 : 0;
            }
        }
        assertThat(steered).as("seed %d", seed).isBetween(1_000, 19_000);
    }
}
