package dev.trigon.dataplane.port.xdp;

import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.bpf.XdpProgram;
import dev.trigon.linux.libc.LibC;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In the kernel, on frames that no interface received. Needs root. */
class SteeringProgramTest {
    static final long MAC = 0x0200_0000_0002L;
    private static final int MTU_FRAME = 1_600;
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
    private static final String NS_BODY = "87 00 0000 00000000 20010db8000f00000000000000000010";

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static final List<InetAddress> VIPS = List.of(
            address("203.0.113.10"),
            address("198.51.100.1"),
            address("2001:db8:f::10"),
            address("2001:db8:f::ab:cdef"));

    private Bench bench;

    /** A program with a socket for the first queue, on which frames of test runs arrive. */
    static final class Bench implements AutoCloseable {
        private static final int AF_XDP = 44;

        final SteeredVips vips = SteeredVips.create();
        private final BpfMap sockets = SteeringProgram.sockets(1);
        private final int xsk = LibC.socket(AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);

        Bench() {
            if (xsk < 0) {
                throw new LinuxException("socket(AF_XDP)", LibC.errno());
            }
            sockets.update(SteeringProgram.octets(0), SteeringProgram.octets(xsk));
        }

        XdpProgram load(int maxOctets, boolean frags) {
            return SteeringProgram.load(MAC, maxOctets, frags, vips, sockets);
        }

        @Override
        public void close() {
            LibC.close(xsk);
            sockets.close();
            vips.close();
        }
    }

    @BeforeEach
    void open() {
        assumeThat(LibC.geteuid()).as("bpf(2) needs root").isZero();
        bench = new Bench();
        bench.vips.set(VIPS);
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    private static boolean steers(XdpProgram program, byte[] frame) {
        return switch (program.testRun(frame).verdict()) {
            case XdpProgram.XDP_REDIRECT -> true;
            case XdpProgram.XDP_PASS -> false;
            default ->
                throw new AssertionError("verdict " + program.testRun(frame).verdict());
        };
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
            try (XdpProgram program = bench.load(MTU_FRAME, frags)) {
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
}
