package dev.trigon.dataplane.doctor;

import static dev.trigon.dataplane.doctor.FindingAssert.assertWrong;
import static dev.trigon.dataplane.doctor.FindingAssert.only;
import static dev.trigon.dataplane.doctor.FindingAssert.those;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Neighbour;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The ways to the servers. */
class ServersChecksTest {
    private static final InetAddress B1 = Specs.address("10.2.0.11");
    private static final InetAddress B2 = Specs.address("10.2.0.12");
    private static final ServiceSpec WEB = Specs.service("web")
            .backend(1, "10.2.0.11", 100)
            .backend(2, "10.2.0.12", 100)
            .backend(3, "10.2.0.13", 100, BackendState.DISABLED)
            .spec();

    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway = FakeGateway.with(WEB);

    private List<Finding> look(Check check) {
        return check.look(new Patient(gateway, host));
    }

    private static Neighbour neighbour(InetAddress address, Neighbour.State state) {
        MacAddress mac = state == Neighbour.State.REACHABLE ? new MacAddress(0x0200_0000_0011L) : null;
        return new Neighbour(FakeHost.ETH0, address, mac, state);
    }

    @Test
    void shouldFindAWayToEveryServerThatIsNotDisabled() {
        Finding well = only(look(new RoutesCheck()), State.WELL);

        assertThat(well.subject()).isEqualTo("2 servers");
        assertThat(well.evidence()).isEqualTo("by eth0");
    }

    @Test
    void shouldNameServersWithoutARoute() {
        host.ways.put(B2, Optional.empty());

        assertWrong(
                those(look(new RoutesCheck()), State.WRONG).get(0),
                "b2 (10.2.0.12)",
                "no route to 10.2.0.12",
                "ip route add 10.2.0.12 via ROUTER");
    }

    @Test
    void shouldNameServersThatLayer2DoesNotReach() {
        host.ways.put(B2, Optional.of(FakeHost.route("10.2.0.12", 32, "10.2.0.1", 0)));

        assertWrong(
                those(look(new RoutesCheck()), State.WRONG).get(0),
                "b2 (10.2.0.12)",
                "behind the router 10.2.0.1",
                "l3dsr");
    }

    @Test
    void shouldNameAServerThatIsTheGatewayItself() {
        gateway.services.add(Specs.service("odd").backend(9, "10.2.0.2", 100).spec());

        assertWrong(those(look(new RoutesCheck()), State.WRONG).get(0), "b9 (10.2.0.2)", "of this gateway", "backend");
    }

    @Test
    void shouldNameServersThatDoNotSayTheirMac() {
        host.neighbours.add(neighbour(B1, Neighbour.State.REACHABLE));
        host.neighbours.add(neighbour(B2, Neighbour.State.FAILED));

        List<Finding> found = look(new NeighboursCheck());

        assertWrong(
                those(found, State.WRONG).get(0),
                "b2 (10.2.0.12)",
                "10.2.0.12 on eth0 is FAILED",
                "ping -c 1 10.2.0.12");
        assertThat(those(found, State.WELL))
                .singleElement()
                .extracting(Finding::subject)
                .isEqualTo("1 next hop");
    }

    @Test
    void shouldNameTheRouterOfAllWhomItIsTheWayTo() {
        for (InetAddress server : List.of(B1, B2)) {
            host.ways.put(server, Optional.of(FakeHost.route(server.getHostAddress(), 32, "10.2.0.1", 0)));
        }

        assertWrong(
                only(look(new NeighboursCheck()), State.WRONG),
                "router 10.2.0.1 to b1 (10.2.0.11), b2 (10.2.0.12)",
                "not resolved",
                "10.2.0.1");
    }

    @Test
    void shouldSeeWhatDoesNotPassTheWay() {
        host.carried.put(B2, 1_400);
        Finding lost = those(look(new MtuCheck()), State.WRONG).get(0);
        assertWrong(
                lost,
                "b2 (10.2.0.12)",
                "an echo request of 1500 octets has no answer, one of 84 has one",
                "ip route replace 10.2.0.12 dev eth0 mtu OCTETS");

        host.beyond = Echo.Outcome.TOO_LARGE;
        assertThat(those(look(new MtuCheck()), State.WRONG).get(0).evidence())
                .isEqualTo("1500 octets do not pass: MTU 1400");
    }

    /** vipd tells clients of what a route says that it carries. */
    @Test
    void shouldBeContentWithAWayThatIsWrittenDown() {
        host.carried.put(B2, 1_400);
        host.ways.put(B2, Optional.of(FakeHost.route("10.2.0.12", 32, null, 1_400)));

        only(look(new MtuCheck()), State.WELL);
    }

    @Test
    void shouldNotKnowOfAServerThatAnswersNoEcho() {
        host.carried.put(B2, 0);

        Finding unknown = those(look(new MtuCheck()), State.UNKNOWN).get(0);

        assertThat(unknown.subject()).isEqualTo("b2 (10.2.0.12)");
        assertThat(unknown.evidence()).isEqualTo("no echo request is answered, of whatever size");
    }

    @Test
    void shouldNotKnowWithoutTheProgram() {
        host.carried.put(B1, 0);
        host.carried.put(B2, 0);
        host.beyond = Echo.Outcome.NOT_ASKED;

        Finding unknown = only(look(new MtuCheck()), State.UNKNOWN);

        assertThat(unknown.subject()).isEqualTo("b1 (10.2.0.11), b2 (10.2.0.12)");
        assertThat(unknown.remedy()).isNotNull();
        assertThat(unknown.remedy().command()).contains("iputils-ping");
    }

    @Test
    void shouldSayLittleOfManyServers() {
        Specs many = Specs.service("many").l3dsr(7);
        for (int i = 1; i <= 10_000; i++) {
            String address = "10.3." + i / 256 + "." + i % 256;
            many.backend(100 + i, address, 100);
            host.ways.put(Specs.address(address), Optional.empty());
        }
        gateway.services.add(many.spec());

        List<Finding> found = look(new RoutesCheck());

        assertThat(found).hasSize(Findings.MOST + 2);
        assertThat(found.get(found.size() - 1).subject()).isEqualTo("9,980 more");
        assertThat(found.get(found.size() - 1).state()).isEqualTo(State.WRONG);
    }
}
