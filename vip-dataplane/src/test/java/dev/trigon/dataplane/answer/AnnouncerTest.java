package dev.trigon.dataplane.answer;

import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.MemoryPort;
import dev.trigon.dataplane.port.MemoryPort.Sent;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.dataplane.wire.TestFrame;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final int IF_INDEX = 2;
    private static final long NOW_MS = 1_800_000_000_000L;

    private final MemoryPort port = new MemoryPort();
    private final Announcer announcer = new Announcer(port, TestFrame.GATEWAY_MAC, IF_INDEX, 4);

    private static ServiceTable serving(int... hosts) {
        List<ServiceSpec> specs = new ArrayList<>();
        for (int host : hosts) {
            specs.add(service("s" + host).vip("203.0.113." + host).spec());
        }
        return Tables.compile(specs, null, a -> new NextHopSlot(), 1, Set.of());
    }

    private static List<InetAddress> vips(int... hosts) {
        return Arrays.stream(hosts)
                .mapToObj(host -> Specs.address("203.0.113." + host))
                .toList();
    }

    /** Last octets of the VIPs that were announced since the last time. */
    private List<Integer> announced() {
        return port.takeSent().stream().map(s -> s.frame()[41] & 0xFF).toList();
    }

    private List<Integer> tick(long afterMs) {
        announcer.tick(NOW_MS + afterMs);
        return announced();
    }

    @Test
    void shouldSendGratuitousArp() {
        announcer.announce(vips(10), serving(10), NOW_MS);
        announcer.tick(NOW_MS);

        Sent sent = port.takeSent().get(0);
        assertThat(sent.egress()).isEqualTo(IF_INDEX);
        assertThat(sent.frame())
                .isEqualTo(hex(
                        "ffffffffffff", // to all
                        "020000000002", // from the gateway
                        "0806 0001 0800 06 04",
                        "0001", // a request, RFC 5227
                        "020000000002 cb00710a",
                        "000000000000 cb00710a"));
    }

    /** The checksum worked out apart from any code here. */
    @Test
    void shouldSendAnUnsolicitedNeighborAdvertisement() {
        ServiceSpec spec = service("s6").vip("2001:db8:f::10").spec();
        ServiceTable table = Tables.compile(List.of(spec), null, a -> new NextHopSlot(), 1, Set.of());
        announcer.announce(List.of(spec.vip()), table, NOW_MS);
        announcer.tick(NOW_MS);

        Sent sent = port.takeSent().get(0);
        assertThat(sent.egress()).isEqualTo(IF_INDEX);
        assertThat(sent.frame())
                .isEqualTo(hex(
                        "333300000001", // all nodes, RFC 2464
                        "020000000002", // from the gateway
                        "86dd 6 00 00000 0020 3a ff",
                        "20010db8000f00000000000000000010", // from the VIP
                        "ff020000000000000000000000000001",
                        "88 00 f8ed 20000000", // an advertisement that overrides
                        "20010db8000f00000000000000000010", // of the VIP
                        "02 01 020000000002"));
    }

    /** Its kernel announces it. */
    @Test
    void shouldNotCallTheGatewaysOwnAddressAnswered() {
        ServiceSpec spec = service("own").vip("203.0.113.10").spec();
        ServiceTable table = Tables.compile(List.of(spec), null, a -> new NextHopSlot(), 1, Set.of(spec.vip()));

        assertThat(Announcer.isAnswered(spec.vip(), table)).isFalse();
        assertThat(Announcer.isAnswered(spec.vip(), serving(10))).isTrue();
        assertThat(Announcer.isAnswered(spec.vip(), serving(11))).isFalse();
    }

    @Test
    void shouldAnnounceThrice() {
        announcer.announce(vips(10), serving(10), NOW_MS);

        assertThat(tick(0)).containsExactly(10);
        assertThat(tick(1)).isEmpty();
        assertThat(tick(999)).isEmpty();
        assertThat(tick(1_000)).containsExactly(10);
        assertThat(tick(2_999)).isEmpty();
        assertThat(tick(3_000)).containsExactly(10);
        assertThat(tick(100_000)).isEmpty();
        assertThat(announcer.sent()).isEqualTo(3);
    }

    @Test
    void shouldSendABatchAtMostAtATime() {
        announcer.announce(vips(1, 2, 3, 4, 5, 6), serving(1, 2, 3, 4, 5, 6), NOW_MS);

        assertThat(tick(0)).containsExactly(1, 2, 3, 4);
        assertThat(tick(0)).containsExactly(5, 6);
        assertThat(tick(0)).isEmpty();
        assertThat(tick(1_000)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldFinishWhatWasBegunWhenMoreIsAdded() {
        announcer.announce(vips(10), serving(10), NOW_MS);
        assertThat(tick(0)).containsExactly(10);

        announcer.announce(vips(11), serving(10, 11), NOW_MS + 500);

        assertThat(tick(500)).containsExactly(10, 11);
        assertThat(tick(1_500)).containsExactly(10, 11);
        assertThat(tick(3_500)).containsExactly(10, 11);
        assertThat(tick(9_000)).isEmpty();
    }

    /** It may be served elsewhere by then, and an announcement would take it back. */
    @Test
    void shouldNotAnnounceAVipThatWasTakenAway() {
        announcer.announce(vips(10, 11), serving(10, 11), NOW_MS);
        assertThat(tick(0)).containsExactly(10, 11);

        announcer.announce(vips(), serving(11), NOW_MS + 500);
        assertThat(tick(1_000)).containsExactly(11);
        announcer.announce(vips(), serving(), NOW_MS + 1_500);

        assertThat(tick(3_000)).isEmpty();
        assertThat(tick(4_000)).isEmpty();
    }

    @Test
    void shouldAnnounceAVipAnewThatComesBack() {
        announcer.announce(vips(10), serving(10), NOW_MS);
        tick(0);
        announcer.announce(vips(), serving(), NOW_MS + 100);
        announcer.announce(vips(10), serving(10), NOW_MS + 200);

        assertThat(tick(200)).containsExactly(10);
        assertThat(tick(1_200)).containsExactly(10);
        assertThat(tick(3_200)).containsExactly(10);
    }

    @Test
    void shouldCountOnlyWhatWasSent() {
        port.refuse(100);
        announcer.announce(vips(10), serving(10), NOW_MS);
        announcer.tick(NOW_MS);
        assertThat(announcer.sent()).isZero();

        port.refuse(0);
        announcer.tick(NOW_MS + 1_000);
        assertThat(announcer.sent()).isOne();
    }

    @Test
    void shouldSendNothingWhenNothingIsToBeAnnounced() {
        announcer.announce(vips(), serving(), NOW_MS);

        assertThat(tick(0)).isEmpty();
    }
}
