package dev.trigon.agent;

import static dev.trigon.agent.Examples.L2DSR;
import static dev.trigon.agent.Examples.L2DSR6;
import static dev.trigon.agent.Examples.L3DSR;
import static dev.trigon.agent.Examples.L3DSR_MIXED;
import static dev.trigon.agent.Examples.OWN;
import static dev.trigon.agent.Examples.OWN6;
import static dev.trigon.agent.Examples.OWN_LINK_LOCAL;
import static dev.trigon.agent.Examples.VIP;
import static dev.trigon.agent.Examples.VIP6;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCheckTest {
    private static final Link LO = new Link(1, "lo", null, 65536, true, true, true);
    private static final Link ETH0 = new Link(2, "eth0", null, 1500, true, true, false);
    private static final InterfaceAddress ETH0_ADDRESS = new InterfaceAddress(2, OWN, 24);
    private static final InterfaceAddress ETH0_ADDRESS6 = new InterfaceAddress(2, OWN6, 64);
    private static final Ipv6Support IPV6 = new Ipv6Support(true, Set.of());

    @Test
    void shouldAcceptHostWithAddressOfItsOwn() {
        accept(L2DSR, List.of(LO, ETH0), List.of(ETH0_ADDRESS));
        accept(L3DSR, List.of(LO, ETH0), List.of(ETH0_ADDRESS));
        accept(L3DSR, List.of(LO, ETH0), List.of(ETH0_ADDRESS, new InterfaceAddress(1, VIP, 32)));
    }

    @Test
    void shouldRefuseWhenInterfaceIsNotThere() {
        Link eth1 = new Link(3, "eth1", null, 1500, true, true, false);
        refuse(L2DSR, List.of(LO, eth1), List.of(), "--interface eth0: there is no such interface; take eth1");
    }

    @Test
    void shouldRefuseWhenInterfaceIsDown() {
        Link down = new Link(2, "eth0", null, 1500, false, false, false);
        refuse(L2DSR, List.of(LO, down), List.of(), "--interface eth0: the interface is down; ip link set eth0 up");
    }

    @Test
    void shouldRefuseLoopbackAsPlaceOfArrival() {
        Configuration onLo = new Configuration(L2DSR.vips(), ForwardMode.L2DSR, "lo");
        refuse(
                onLo,
                List.of(LO, ETH0),
                List.of(),
                "--interface lo: packets for the VIP do not arrive at the loopback; take eth0");
    }

    @Test
    void shouldRefuseWhenLoopbackIsDown() {
        Link down = new Link(1, "lo", null, 65536, false, false, true);
        refuse(L2DSR, List.of(down, ETH0), List.of(), "lo: the loopback is down; ip link set lo up");
    }

    @Test
    void shouldRefuseWhenVipIsOnAnotherInterface() {
        refuse(
                L2DSR,
                List.of(LO, ETH0),
                List.of(ETH0_ADDRESS, new InterfaceAddress(2, VIP, 24)),
                "--vip 203.0.113.10: it is an address of eth0, which answers ARP for it; "
                        + "ip addr del 203.0.113.10/24 dev eth0");
    }

    @Test
    void shouldRefuseWhenVipOnLoHasItsPrefixWithIt() {
        refuse(
                L2DSR,
                List.of(LO, ETH0),
                List.of(new InterfaceAddress(1, VIP, 24)),
                "--vip 203.0.113.10: it is on lo as 203.0.113.10/24, which makes all of that prefix local; "
                        + "ip addr del 203.0.113.10/24 dev lo");
    }

    @Test
    void shouldRefuseL3dsrWhenInterfaceHasNoAddress() {
        refuse(
                L3DSR,
                List.of(LO, ETH0),
                List.of(),
                "l3dsr on eth0: the interface has no IPv4 address for the gateway to send to; "
                        + "give it one, or name another with --interface");
    }

    @Test
    void shouldAcceptHostWithBothFamilies() {
        accept(L3DSR_MIXED, List.of(LO, ETH0), List.of(ETH0_ADDRESS, ETH0_ADDRESS6));
        accept(L2DSR6, List.of(LO, ETH0), List.of(new InterfaceAddress(1, VIP6, 128)));
    }

    @Test
    void shouldRefuseL3dsrWhenInterfaceHasNoAddressOfAVipsFamily() {
        refuse(
                L3DSR_MIXED,
                List.of(LO, ETH0),
                List.of(ETH0_ADDRESS, new InterfaceAddress(2, OWN_LINK_LOCAL, 64)),
                "l3dsr on eth0: the interface has no IPv6 address for the gateway to send to; "
                        + "give it one, or name another with --interface");
    }

    @Test
    void shouldRefuseWhenIpv6VipIsElsewhere() {
        refuse(
                L2DSR6,
                List.of(LO, ETH0),
                List.of(new InterfaceAddress(2, VIP6, 64)),
                "--vip 2001:db8:f::10: it is an address of eth0, which answers neighbour solicitations for it; "
                        + "ip addr del 2001:db8:f::10/64 dev eth0");
        refuse(
                L2DSR6,
                List.of(LO, ETH0),
                List.of(new InterfaceAddress(1, VIP6, 64)),
                "--vip 2001:db8:f::10: it is on lo as 2001:db8:f::10/64, which makes all of that prefix local; "
                        + "ip addr del 2001:db8:f::10/64 dev lo");
    }

    @Test
    void shouldRefuseIpv6VipWhereThereIsNoIpv6() {
        List<Link> links = List.of(LO, ETH0);
        assertThatThrownBy(() -> new HostCheck(links, List.of(), new Ipv6Support(false, Set.of())).check(L2DSR6))
                .hasMessage("--vip 2001:db8:f::10: this kernel has no IPv6; "
                        + "start it without ipv6.disable=1, or name IPv4 VIPs only");
        assertThatThrownBy(() -> new HostCheck(links, List.of(), new Ipv6Support(true, Set.of("lo"))).check(L2DSR6))
                .hasMessage("--vip 2001:db8:f::10: IPv6 is switched off on lo; "
                        + "sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
        assertThatCode(() -> new HostCheck(links, List.of(), new Ipv6Support(false, Set.of())).check(L2DSR))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldNamePackageWhenNftIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> new Nft(List.of(empty)).requireInstalled())
                .hasMessage("l3dsr: the program nft is not installed; install it: apt-get install nftables");
    }

    private static void accept(Configuration configuration, List<Link> links, List<InterfaceAddress> addresses) {
        assertThatCode(() -> new HostCheck(links, addresses, IPV6).check(configuration))
                .doesNotThrowAnyException();
    }

    private static void refuse(
            Configuration configuration, List<Link> links, List<InterfaceAddress> addresses, String why) {
        assertThatThrownBy(() -> new HostCheck(links, addresses, IPV6).check(configuration))
                .isInstanceOf(Refusal.class)
                .hasMessage(why);
    }
}
