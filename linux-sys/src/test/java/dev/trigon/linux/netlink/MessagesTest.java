package dev.trigon.linux.netlink;

import static dev.trigon.linux.netlink.RtnetlinkTest.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trigon.linux.MacAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages against their octets, as a little-endian machine has them. */
class MessagesTest {
    private static final int SEQUENCE = 0x11223344;
    private static final InterfaceAddress VIP = new InterfaceAddress(1, address("203.0.113.10"), 32);
    private static final InterfaceAddress VIP6 = new InterfaceAddress(1, address("2001:db8::10"), 128);

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void shouldWriteRequest(String what, int type, Consumer<MessageBuilder> body, String octets) {
        // leftovers must not shine through
        byte[] memory = new byte[512];
        Arrays.fill(memory, (byte) 0xA5);
        MessageBuilder message = new MessageBuilder(ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN));
        message.start(type, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK, SEQUENCE);
        body.accept(message);
        int length = message.finish().limit();
        assertThat(HexFormat.of().formatHex(memory, 0, length)).isEqualTo(octets.replace(" ", ""));
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                request(
                        "all links",
                        LinkMessage.RTM_GETLINK,
                        LinkMessage::query,
                        "28000000 1200 0500 44332211 00000000  00 00 0000 00000000 00000000 00000000  0800 1d00 08000000"),
                request(
                        "one link",
                        LinkMessage.RTM_GETLINK,
                        m -> LinkMessage.query(m, "eth0"),
                        "34000000 1200 0500 44332211 00000000  00 00 0000 00000000 00000000 00000000  0800 1d00 08000000"
                                + "0900 0300 65746830 00 000000"),
                request(
                        "addresses",
                        AddressMessage.RTM_GETADDR,
                        m -> AddressMessage.query(m, Family.INET),
                        "18000000 1600 0500 44332211 00000000  02 00 00 00 00000000"),
                request(
                        "an address",
                        AddressMessage.RTM_NEWADDR,
                        m -> AddressMessage.write(m, VIP),
                        "28000000 1400 0500 44332211 00000000  02 20 00 00 01000000"
                                + "0800 0200 cb00710a  0800 0100 cb00710a"),
                request(
                        "an IPv6 address, at once usable",
                        AddressMessage.RTM_NEWADDR,
                        m -> AddressMessage.write(m, VIP6),
                        "40000000 1400 0500 44332211 00000000  0a 80 02 00 01000000"
                                + "1400 0200 20010db8000000000000000000000010 1400 0100 20010db8000000000000000000000010"),
                request(
                        "routes of a protocol",
                        RouteMessage.RTM_GETROUTE,
                        m -> RouteMessage.query(m, Family.INET, 87),
                        "1c000000 1a00 0500 44332211 00000000  02 00 00 00 fe 57 00 00 00000000"),
                request(
                        "the way to a destination",
                        RouteMessage.RTM_GETROUTE,
                        m -> RouteMessage.lookUp(m, address("192.0.2.1")),
                        "24000000 1a00 0500 44332211 00000000  02 20 00 00 00 00 00 00 00000000  0800 0100 c0000201"),
                request(
                        "a blackhole",
                        RouteMessage.RTM_NEWROUTE,
                        m -> RouteMessage.addBlackhole(m, VIP.address(), 32, 87),
                        "24000000 1800 0500 44332211 00000000  02 20 00 00 fe 57 00 06 00000000  0800 0100 cb00710a"),
                request(
                        "a blackhole's removal",
                        RouteMessage.RTM_DELROUTE,
                        m -> RouteMessage.removeBlackhole(m, VIP.address(), 32, 87),
                        "24000000 1900 0500 44332211 00000000  02 20 00 00 fe 57 ff 06 00000000  0800 0100 cb00710a"),
                request(
                        "a route by an interface, in a table with a long number",
                        RouteMessage.RTM_NEWROUTE,
                        m -> RouteMessage.byInterface(m, new TableRoute(VIP.address(), 7, 8484, 87)),
                        "34000000 1800 0500 44332211 00000000  02 20 00 00 00 57 fd 01 00000000"
                                + "0800 0100 cb00710a  0800 0400 07000000  0800 0f00 24210000"),
                request(
                        "all rules",
                        RuleMessage.RTM_GETRULE,
                        m -> RuleMessage.query(m, Family.INET6),
                        "1c000000 2200 0500 44332211 00000000  0a 00 00 00 00 00 00 00 00000000"),
                request(
                        "a rule",
                        RuleMessage.RTM_NEWRULE,
                        m -> RuleMessage.write(m, new Rule(StandardProtocolFamily.INET, 84, "lo", 8484, 87)),
                        "3c000000 2000 0500 44332211 00000000  02 00 00 00 00 00 00 01 00000000"
                                + "0700 0300 6c6f00 00  0800 0600 54000000  0800 0f00 24210000  0500 1500 57 000000"),
                request(
                        "a link to be brought up",
                        LinkMessage.RTM_NEWLINK,
                        m -> LinkMessage.bringUp(m, 7, 1500),
                        "28000000 1000 0500 44332211 00000000  00 00 0000 07000000 01000000 01000000  0800 0400 dc050000"),
                request(
                        "one neighbour",
                        NeighbourMessage.RTM_GETNEIGH,
                        m -> NeighbourMessage.query(m, 7, address("10.0.0.2")),
                        "24000000 1e00 0500 44332211 00000000  02 00 0000 07000000 0000 00 00  0800 0100 0a000002"),
                request(
                        "a neighbour to be used",
                        NeighbourMessage.RTM_NEWNEIGH,
                        m -> NeighbourMessage.use(m, 7, address("10.0.0.2")),
                        "24000000 1c00 0500 44332211 00000000  02 00 0000 07000000 0000 01 00  0800 0100 0a000002"));
    }

    private static Arguments request(String what, int type, Consumer<MessageBuilder> body, String octets) {
        return arguments(what, type, body, octets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notifications")
    void shouldReadNotification(String what, String octets, List<Change> expected) {
        List<Change> changes = new ArrayList<>();
        NetlinkMessage.forEach(datagram(octets), message -> {
            Change change = NetlinkMonitor.parse(message);
            if (change != null) {
                changes.add(change);
            }
        });
        assertThat(changes).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notifications")
    void shouldSayMalformedWhenCutOffAnywhere(String what, String octets, List<Change> expected) {
        ByteBuffer whole = datagram(octets);
        int messageLength = whole.getInt(0);
        for (int length = 1; length < messageLength; length++) {
            ByteBuffer cut = whole.slice(0, length).order(ByteOrder.LITTLE_ENDIAN);
            assertThatThrownBy(() -> NetlinkMessage.forEach(cut, NetlinkMonitor::parse))
                    .as("%d of %d octets", length, messageLength)
                    .isInstanceOf(MalformedMessageException.class);
        }
    }

    /** A header that promises no more than there is, with attributes that do not fit: refused or read, nothing else. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("notifications")
    void shouldNotReadPastEndWhenLengthIsCutToo(String what, String octets, List<Change> expected) {
        byte[] whole = new byte[datagram(octets).limit()];
        for (int length = NetlinkMessage.HEADER_LENGTH; length < whole.length; length++) {
            datagram(octets).get(0, whole);
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice().order(ByteOrder.LITTLE_ENDIAN);
            cut.putInt(0, length);
            assertThatCode(() -> {
                        try {
                            NetlinkMessage.forEach(cut, NetlinkMonitor::parse);
                        } catch (MalformedMessageException refused) {
                            assertThat(refused).hasMessageContaining("octets");
                        }
                    })
                    .as("%d of %d octets", length, whole.length)
                    .doesNotThrowAnyException();
        }
    }

    static Stream<Arguments> notifications() {
        Link eth0 = new Link(2, "eth0", MacAddress.parse("02:00:00:00:00:0a"), 1500, true, true, false);
        Neighbour neighbour =
                new Neighbour(7, address("10.0.0.2"), MacAddress.parse("02:00:00:00:00:02"), Neighbour.State.REACHABLE);
        Neighbour failed = new Neighbour(7, address("10.0.0.2"), null, Neighbour.State.FAILED);
        Route viaGateway = new Route(
                Route.Type.UNICAST, address("192.0.2.0"), 24, 2, address("10.0.0.254"), address("10.0.0.1"), 4, 0);
        Route viaIpv6 = new Route(Route.Type.UNICAST, address("0.0.0.0"), 0, 2, address("fe80::1"), null, 3, 0);
        Route wide = new Route(Route.Type.UNICAST, address("192.0.2.0"), 24, 2, address("10.0.0.254"), null, 4, 0);
        Route narrow =
                new Route(Route.Type.UNICAST, address("192.0.2.0"), 24, 2, address("10.0.0.254"), null, 4, 1_300);
        Link vlan = new Link(
                5,
                "v7",
                MacAddress.parse("02:00:00:00:00:0a"),
                1500,
                true,
                true,
                false,
                new Link.Place(2, 9, "vlan", 7));
        String link = "40000000 1000 0000 00000000 00000000  00 00 0100 02000000 43100100 00000000"
                + "0900 0300 65746830 00 000000  0800 0400 dc050000  0a00 0100 02000000000a 0000";
        return Stream.of(
                notification("a link", link, new Change.LinkChange(eth0, false)),
                notification(
                        "a VLAN that is a bridge's port",
                        "68000000 1000 0000 00000000 00000000  00 00 0100 05000000 43100100 00000000"
                                + "0700 0300 763700 00  0800 0400 dc050000  0a00 0100 02000000000a 0000"
                                + "0800 0500 02000000  0800 0a00 09000000"
                                + "1c00 1200  0900 0100 766c616e00 000000  0c00 0200 0600 0100 0700 0000",
                        new Change.LinkChange(vlan, false)),
                notification("a bridge's report of a port is no link", link.replace("  00 00 0100", "  07 00 0100")),
                notification(
                        "a neighbour, its MAC's attribute without padding",
                        "2e000000 1c00 0000 00000000 00000000  02 00 0000 07000000 0200 00 01"
                                + "0800 0100 0a000002  0a00 0200 020000000002",
                        new Change.NeighbourChange(neighbour, false)),
                notification(
                        "a neighbour that is gone",
                        "24000000 1d00 0000 00000000 00000000  02 00 0000 07000000 2000 00 01  0800 0100 0a000002",
                        new Change.NeighbourChange(failed, true)),
                notification(
                        "a bridge's forwarding entry is no neighbour",
                        "28000000 1c00 0000 00000000 00000000  07 00 0000 07000000 0200 00 01  0a00 0200 020000000002 0000"),
                notification(
                        "an address, with the peer's beside it",
                        "28000000 1400 0000 00000000 00000000  02 20 80 00 01000000"
                                + "0800 0100 cb007163  0800 0200 cb00710a",
                        new Change.AddressChange(VIP, false)),
                notification(
                        "an IPv6 address that is gone",
                        "2c000000 1500 0000 00000000 00000000  0a 80 80 00 01000000"
                                + "1400 0100 20010db8000000000000000000000010",
                        new Change.AddressChange(VIP6, true)),
                notification(
                        "a route",
                        "3c000000 1800 0000 00000000 00000000  02 18 00 00 fe 04 00 01 00000000  0800 0100 c0000200"
                                + "0800 0700 0a000001  0800 0500 0a0000fe  0800 0400 02000000",
                        new Change.RouteChange(viaGateway, false)),
                notification(
                        "a default route by way of an IPv6 gateway, gone",
                        "3c000000 1900 0000 00000000 00000000  02 00 00 00 fe 03 00 01 00000000"
                                + "1600 1200 0a00 fe800000000000000000000000000001 0000  0800 0400 02000000",
                        new Change.RouteChange(viaIpv6, true)),
                notification(
                        "a route that carries less than its link",
                        "58000000 1800 0000 00000000 00000000  02 18 00 00 fe 04 00 01 00000000  0800 0100 c0000200"
                                + "0800 0500 0a0000fe  0800 0400 02000000  0c00 0800 0800 0200 14050000"
                                + "1800 0c00 00000000 00000000 00000000 00000000 00000000",
                        new Change.RouteChange(narrow, false)),
                notification(
                        "what was learned of a path is not the route's",
                        "58000000 1800 0000 00000000 00000000  02 18 00 00 fe 04 00 01 00000000  0800 0100 c0000200"
                                + "0800 0500 0a0000fe  0800 0400 02000000  0c00 0800 0800 0200 14050000"
                                + "1800 0c00 00000000 00000000 58020000 00000000 00000000",
                        new Change.RouteChange(wide, false)),
                notification(
                        "a cached copy is no route",
                        "24000000 1800 0000 00000000 00000000  02 20 00 00 fe 03 00 01 00020000  0800 0400 02000000"));
    }

    private static Arguments notification(String what, String octets, Change... expected) {
        return arguments(what, octets, List.of(expected));
    }

    @Test
    void shouldReadEveryMessageOfDatagram() {
        List<Integer> types = new ArrayList<>();
        NetlinkMessage.forEach(
                datagram("12000000 1000 0000 00000000 00000000 aabb 0000  10000000 0300 0200 00000000 00000000"),
                message -> types.add(message.type()));
        assertThat(types).containsExactly(16, 3);
    }

    @Test
    void shouldTakeUnknownKindsForWhatMustNotBeUsed() {
        assertThat(Route.Type.ofCode(200)).isEqualTo(Route.Type.OTHER);
        assertThat(Neighbour.State.ofCode(0x4000)).isEqualTo(Neighbour.State.NONE);
    }

    private static ByteBuffer datagram(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))).order(ByteOrder.LITTLE_ENDIAN);
    }
}
