package dev.trigon.agent;

import static dev.trigon.agent.Examples.L2DSR;
import static dev.trigon.agent.Examples.L3DSR;
import static dev.trigon.agent.Examples.OWN;
import static dev.trigon.agent.Examples.VIP;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCheckTest {
    private static final Link LO = new Link(1, "lo", null, 65536, true, true, true);
    private static final Link ETH0 = new Link(2, "eth0", null, 1500, true, true, false);
    private static final InterfaceAddress ETH0_ADDRESS = new InterfaceAddress(2, OWN, 24);

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
    void shouldNamePackageWhenNftIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> new Nft(List.of(empty)).requireInstalled())
                .hasMessage("l3dsr: the program nft is not installed; install it: apt-get install nftables");
    }

    private static void accept(Configuration configuration, List<Link> links, List<InterfaceAddress> addresses) {
        assertThatCode(() -> new HostCheck(links, addresses).check(configuration))
                .doesNotThrowAnyException();
    }

    private static void refuse(
            Configuration configuration, List<Link> links, List<InterfaceAddress> addresses, String why) {
        assertThatThrownBy(() -> new HostCheck(links, addresses).check(configuration))
                .isInstanceOf(Refusal.class)
                .hasMessage(why);
    }
}
