package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Surroundings;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Packet;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PreviewTest {
    private static final long GATEWAY = 0x02_00_00_00_00_01L;
    private static final long SERVER = 0x02_00_00_00_00_11L;

    private final NextHopSlot slot = new NextHopSlot();

    @Test
    void shouldShowBothMacsChangeInL2dsr() {
        slot.set(new NextHop(2, GATEWAY, SERVER, 1500, true));
        Preview.Passage passage = of(Protocol.TCP, Specs.service("web").backend(1, "10.2.0.11", 1), "203.0.113.10");
        assertThat(passage.before())
                .isEqualTo("020000000001000000000000" + "0800"
                        + "45000028000040004006d487c633640acb00710a"
                        + "9c4000500000000000000000" + "5002ffff" + "ad090000");
        assertThat(passage.after()).startsWith("020000000011020000000001" + "0800");
        assertThat(passage.after()).endsWith(passage.before().substring(24));
    }

    @Test
    void shouldRewriteTheAddressInL3dsrWithSumsThatAreRight() {
        slot.set(new NextHop(2, GATEWAY, SERVER, 1500, false));
        for (Protocol protocol : Protocol.values()) {
            Preview.Passage passage =
                    of(protocol, Specs.service("web").udp().l3dsr(5).backend(1, "10.2.0.11", 1), "203.0.113.10");
            Packet packet = parsed(octets(passage.after()));
            assertThat(packet.dscp()).isEqualTo(5);
            assertThat(packet.hopLimit()).isEqualTo(63);
            assertThat(packet.ipv4().destination()).isEqualTo(0x0A02000B);
            shouldHaveRightSum(packet, octets(passage.after()));
        }
    }

    @Test
    void shouldDoTheSameInIpv6() {
        slot.set(new NextHop(2, GATEWAY, SERVER, 1500, false));
        Preview.Passage passage = of(
                Protocol.UDP,
                Specs.service("dns").vip("2001:db8:f::10").udp().l3dsr(5).backend(1, "2001:db8:2::11", 1),
                "2001:db8:f::10");
        shouldHaveRightSum(parsed(octets(passage.before())), octets(passage.before()));
        Packet packet = parsed(octets(passage.after()));
        assertThat(packet.ipv6().destinationLow()).isEqualTo(0x11);
        shouldHaveRightSum(packet, octets(passage.after()));
    }

    @Test
    void shouldNotLeaveWithoutANextHopOrOverARouterInL2dsr() {
        Specs specs = Specs.service("web").backend(1, "10.2.0.11", 1);
        assertThat(of(Protocol.TCP, specs, "203.0.113.10").after()).isNull();
        slot.set(new NextHop(2, GATEWAY, SERVER, 1500, false));
        assertThat(of(Protocol.TCP, specs, "203.0.113.10").after()).isNull();
    }

    private Preview.Passage of(Protocol protocol, Specs specs, String vip) {
        ServiceTable table = ServiceTable.compile(
                new Configured(List.of(specs.spec()), List.of()),
                null,
                new Surroundings(
                        address -> slot, 1, Set.of(), FlowTimeouts.DEFAULT, id -> Condition.WELL, id -> () -> 0));
        Backend backend = Objects.requireNonNull(table.backend(1));
        String client = vip.contains(":") ? "2001:db8:c::10" : "198.51.100.10";
        return Preview.of(protocol, Specs.address(client), 40_000, Specs.address(vip), 80, GATEWAY, backend);
    }

    private static byte[] octets(@Nullable String hex) {
        return HexFormat.of().parseHex(Objects.requireNonNull(hex));
    }

    private static Packet parsed(byte[] frame) {
        Packet packet = new Packet();
        assertThat(packet.parse(ByteBuffer.wrap(frame), 0, frame.length)).isEqualTo(Flaw.NONE);
        return packet;
    }

    private static void shouldHaveRightSum(Packet packet, byte[] frame) {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.protocol(),
                packet.transportLength());
        assertThat(InternetChecksum.verify(
                        ByteBuffer.wrap(frame), packet.transportAt(), packet.transportLength(), pseudoHeader))
                .isTrue();
    }
}
