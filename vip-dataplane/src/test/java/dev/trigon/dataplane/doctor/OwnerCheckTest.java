package dev.trigon.dataplane.doctor;

import static dev.trigon.dataplane.doctor.FindingAssert.assertWrong;
import static dev.trigon.dataplane.doctor.FindingAssert.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Neighbour;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who else says that a VIP is theirs. */
class OwnerCheckTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:12");
    private static final ServiceSpec WEB =
            Specs.service("web").backend(2, "10.2.0.12", 100).spec();

    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway = FakeGateway.with(WEB);

    private List<Finding> look() {
        return new OwnerCheck().look(new Patient(gateway, host));
    }

    @Test
    void shouldBeContentWithTheGatewayAlone() {
        host.holders.add(new Holder(WEB.vip(), FakeHost.OWN, "eth0"));

        assertThat(only(look(), State.WELL).evidence()).isEqualTo("nobody else answers for them on eth0");
    }

    @Test
    void shouldNameTheServerWhoseMacItIs() {
        host.neighbours.add(new Neighbour(FakeHost.ETH0, Specs.address("10.2.0.12"), MAC, Neighbour.State.STALE));
        host.holders.add(new Holder(WEB.vip(), MAC, "eth0"));

        assertWrong(
                only(look(), State.WRONG),
                "VIP 203.0.113.10",
                "b2 (10.2.0.12), MAC 02:00:00:00:00:12, answers ARP for it on eth0: arp_ignore on it is not in force",
                "on b2 (10.2.0.12): vip-agent run --vip 203.0.113.10, or sysctl -w net.ipv4.conf.all.arp_ignore=1");
    }

    @Test
    void shouldNameTheMacOfAStranger() {
        host.holders.add(new Holder(WEB.vip(), MAC, "eth0"));

        assertWrong(
                only(look(), State.WRONG),
                "VIP 203.0.113.10",
                "somebody, MAC 02:00:00:00:00:12, answers ARP",
                "find the host with MAC 02:00:00:00:00:12");
    }

    @Test
    void shouldNotKnowOfIpv6WithoutAnAddressToAskFrom() {
        gateway.services.clear();
        gateway.services.add(Specs.service("web6").vip("2001:db8:f::10").spec());
        host.addresses.removeIf(it -> it.address().isLinkLocalAddress());

        assertThat(look()).singleElement().satisfies(it -> {
            assertThat(it.state()).isEqualTo(State.UNKNOWN);
            assertThat(it.evidence()).contains("no link-local address");
        });
    }
}
