package dev.trigon.dataplane.doctor;

import static dev.trigon.dataplane.doctor.FakeHost.answer;
import static dev.trigon.dataplane.doctor.FindingAssert.assertWrong;
import static dev.trigon.dataplane.doctor.FindingAssert.only;
import static dev.trigon.dataplane.doctor.FindingAssert.those;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.doctor.canary.Canary;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Neighbour;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is made of what servers answer as their VIPs. */
class CanaryChecksTest {
    private static final InetAddress VIP = Specs.address("203.0.113.10");
    private static final InetAddress B1 = Specs.address("10.2.0.11");
    private static final InetAddress B2 = Specs.address("10.2.0.12");
    private static final MacAddress OTHER = MacAddress.parse("02:00:00:00:00:12");
    private static final Answer SILENCE = new Answer(Kind.SILENT, null, null, 0, "");
    private static final String PLACE = "b1 (10.2.0.11) for VIP 203.0.113.10";
    private static final ServiceSpec WEB =
            Specs.service("web").backend(1, "10.2.0.11", 100).spec();
    private static final ServiceSpec WEB3 =
            Specs.service("web").l3dsr(7).backend(1, "10.2.0.11", 100).spec();

    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway = FakeGateway.with(WEB);

    private Patient patient() {
        return new Patient(gateway, host);
    }

    private List<Finding> onLo() {
        return new VipOnLoCheck().look(patient());
    }

    private List<Finding> direct() {
        return new DirectReturnCheck().look(patient());
    }

    private void serve(ServiceSpec... services) {
        gateway.services.clear();
        gateway.services.addAll(List.of(services));
    }

    /** Says what becomes of these; the others are as before. */
    private void when(Predicate<Canary> those, Answer answer) {
        var others = host.answering;
        host.answering = it -> those.test(it) ? answer : others.apply(it);
    }

    private static boolean isConnection(Canary canary) {
        return canary.port() != Canary.NONE;
    }

    private static Predicate<Canary> connections(boolean forVip) {
        return it -> isConnection(it) && it.forVip() == forVip;
    }

    private static Answer error(Kind kind, InetAddress from, String said) {
        return new Answer(kind, from, FakeHost.SERVER, 64, said);
    }

    private void knowMacs() {
        host.neighbours.add(new Neighbour(FakeHost.ETH0, B1, FakeHost.SERVER, Neighbour.State.REACHABLE));
        host.neighbours.add(new Neighbour(FakeHost.ETH0, B2, OTHER, Neighbour.State.STALE));
    }

    @Test
    void shouldBeContentWithServersThatAnswerAsTheVip() {
        Finding onLo = only(onLo(), State.WELL);
        assertThat(onLo.subject()).isEqualTo("1 server");
        assertThat(onLo.evidence()).isEqualTo("take what is for their VIPs: 203.0.113.10");
        Finding direct = only(direct(), State.WELL);
        assertThat(direct.subject()).isEqualTo("1 server");
        assertThat(direct.evidence()).isEqualTo("answer as their VIPs, straight");
    }

    @Test
    void shouldAskEachServerOnceForEachOfItsVips() {
        Specs web = Specs.service("web")
                .ports(new PortRange(80, 80), new PortRange(443, 443), new PortRange(5_000, 6_000))
                .backend(1, "10.2.0.11", 100)
                .backend(2, "10.2.0.12", 100, BackendState.DISABLED);
        ServiceSpec dns = Specs.service("dns")
                .udp()
                .ports(new PortRange(53, 53))
                .backend(4, "10.2.0.11", 100)
                .spec();
        serve(web.spec(), dns);
        Patient patient = patient();

        new VipOnLoCheck().look(patient);
        new DirectReturnCheck().look(patient);

        InetAddress own = Specs.address("10.2.0.2");
        assertThat(host.canaries)
                .containsExactly(
                        new Canary(1, own, VIP, true, Canary.NONE, 1),
                        new Canary(1, own, VIP, true, 80, 64),
                        new Canary(1, own, VIP, true, 443, 64));
    }

    @Test
    void shouldNameAServerThatTakesNothingForTheVip() {
        when(Canary::forVip, SILENCE);

        Finding wrong = only(onLo(), State.WRONG);
        assertWrong(
                wrong,
                PLACE,
                "no answer to an echo request or a connection to port 80 for the VIP, but 10.2.0.11 itself answers",
                "on b1 (10.2.0.11): vip-agent run --vip 203.0.113.10 --interface INTERFACE; where vip-agent status");
        Finding unknown = only(direct(), State.UNKNOWN);
        assertThat(unknown.subject()).isEqualTo(PLACE);
        assertThat(unknown.evidence()).contains("vip-on-lo");
    }

    /** A firewall may keep pings out. */
    @Test
    void shouldBeContentWithEitherAnswer() {
        when(it -> !isConnection(it), SILENCE);
        only(onLo(), State.WELL);
        only(direct(), State.WELL);

        host.answering = it -> isConnection(it) ? SILENCE : answer(Kind.TAKEN, it.to());
        only(onLo(), State.WELL);
    }

    @Test
    void shouldNotKnowOfAServerThatAnswersNothingAtAll() {
        host.answering = it -> SILENCE;

        Finding unknown = only(onLo(), State.UNKNOWN);
        assertThat(unknown.subject()).isEqualTo(PLACE);
        assertThat(unknown.evidence()).startsWith("neither for the VIP nor for its own address");
        assertThat(unknown.remedy()).isNotNull();
        assertThat(unknown.remedy().command()).contains("ping -c 1 10.2.0.11");
    }

    @Test
    void shouldNameAServerThatSendsOnWhatIsForTheVip() {
        when(Canary::forVip, error(Kind.PASSED_ON, B1, "time exceeded"));

        assertWrong(
                only(onLo(), State.WRONG),
                PLACE,
                "what is for the VIP is sent on, as by a router: 10.2.0.11, MAC " + FakeHost.SERVER
                        + ", says by ICMP: time exceeded",
                "vip-agent run --vip 203.0.113.10");
        assertThat(host.canaries)
                .filteredOn(it -> isConnection(it) && it.forVip())
                .as("lest it come back here by way of a router")
                .extracting(Canary::hops)
                .containsExactly(2);
    }

    /** As to a container. */
    @Test
    void shouldBeContentWithAServerThatSendsItOnToWhoHasTheVip() {
        knowMacs();
        when(it -> it.forVip() && it.hops() == 1, error(Kind.PASSED_ON, B1, "time exceeded"));

        only(onLo(), State.WELL);
        only(direct(), State.WELL);
    }

    /** Through this very gateway, perhaps. */
    @Test
    void shouldNotBelieveWhatAnswersByARouterWhatWasSentOn() {
        knowMacs();
        MacAddress router = MacAddress.parse("02:00:00:00:00:99");
        when(Canary::forVip, new Answer(Kind.REFUSED, VIP, router, 63, ""));
        when(it -> !isConnection(it) && it.forVip(), error(Kind.PASSED_ON, B1, "time exceeded"));
        assertThat(only(onLo(), State.WRONG).evidence()).contains("is sent on");

        when(connections(true), new Answer(Kind.REFUSED, VIP, router, 64, ""));
        only(onLo(), State.WRONG);

        when(it -> !isConnection(it) && it.forVip(), SILENCE);
        when(connections(true), new Answer(Kind.REFUSED, VIP, router, 63, ""));
        assertThat(only(onLo(), State.WRONG).evidence())
                .isEqualTo("what answers is not on the segment: MAC " + router + ", a TTL of 63");
    }

    @Test
    void shouldNotTakeTheAnswerOfAnotherServerForIt() {
        knowMacs();
        serve(Specs.service("web")
                .backend(1, "10.2.0.11", 100)
                .backend(2, "10.2.0.12", 100)
                .spec());
        host.answering = it -> new Answer(Kind.TAKEN, it.to(), OTHER, 64, "");

        assertWrong(
                those(onLo(), State.WRONG).get(0),
                PLACE,
                "b2 (10.2.0.12) answers in its place",
                "vip-agent run --vip 203.0.113.10");
        assertThat(those(onLo(), State.WELL)).hasSize(1);
    }

    @Test
    void shouldNameAServerThatDoesNotRestoreTheVip() {
        serve(WEB3);
        host.answering = it -> answer(Kind.TAKEN, B1);

        assertWrong(
                only(onLo(), State.WRONG),
                PLACE,
                "it answers as 10.2.0.11: nothing there turns DSCP code 7 into the VIP",
                "vip-agent run --vip 203.0.113.10 --interface INTERFACE --forward l3dsr --dscp 7");
    }

    /** The code costs a hop on the gateway. */
    @Test
    void shouldLetTheEchoRequestGoAsFarAsTheServer() {
        serve(WEB3);
        onLo();
        assertThat(host.canaries.get(0).hops()).isEqualTo(2);

        host.canaries.clear();
        host.ways.put(B1, Optional.of(FakeHost.route("10.2.0.11", 32, "10.2.0.1", 0)));
        onLo();
        assertThat(host.canaries.get(0).hops()).isEqualTo(64);
    }

    @Test
    void shouldNotAskWhomNothingReaches() {
        host.ways.put(B1, Optional.of(FakeHost.route("10.2.0.11", 32, "10.2.0.1", 0)));
        assertThat(onLo()).as("layer 2 behind a router: check routes says so").isEmpty();

        host.ways.put(B1, Optional.empty());
        assertThat(onLo()).isEmpty();
        assertThat(host.canaries).isEmpty();
    }

    @Test
    void shouldNotKnowWhereNothingCanBeSent() {
        host.answering = it -> Answer.notSent("no MAC");

        assertThat(only(onLo(), State.UNKNOWN).evidence()).isEqualTo("nothing can be sent there: no MAC");
    }

    @Test
    void shouldNotAskInTheNameOfAVip() {
        host.addresses.clear();
        host.addresses.add(new InterfaceAddress(FakeHost.ETH0, VIP, 24));
        Finding unknown = only(onLo(), State.UNKNOWN);
        assertThat(unknown.evidence()).contains("no address towards them but VIPs");
        assertThat(host.canaries).isEmpty();

        host.addresses.add(new InterfaceAddress(FakeHost.ETH0, Specs.address("10.2.0.3"), 24));
        only(onLo(), State.WELL);
        assertThat(host.canaries.get(0).from()).isEqualTo(Specs.address("10.2.0.3"));
    }

    @Test
    void shouldNameAProgramThatListensAtTheServersAddressAlone() {
        when(connections(true), answer(Kind.REFUSED, VIP));

        only(onLo(), State.WELL);
        assertWrong(
                only(direct(), State.WRONG),
                PLACE + ", port 80",
                "a connection to the VIP is refused, and one to 10.2.0.11 is taken",
                "on b1 (10.2.0.11): ss -ltn sport = :80; and have it listen at every address");
    }

    @Test
    void shouldNameAPortThatNobodyListensOn() {
        when(connections(true), answer(Kind.REFUSED, VIP));
        when(connections(false), answer(Kind.REFUSED, B1));

        assertWrong(only(direct(), State.WRONG), PLACE + ", port 80", "no program listens", "start the program");
    }

    @Test
    void shouldNameAPortThatIsClosedAtTheVipAlone() {
        when(connections(true), SILENCE);

        assertWrong(
                only(direct(), State.WRONG),
                PLACE + ", port 80",
                "a connection to the VIP has no answer, and one to 10.2.0.11 is taken",
                "nft list ruleset");
    }

    @Test
    void shouldNotKnowOfAPortThatIsSilentEverywhere() {
        when(CanaryChecksTest::isConnection, SILENCE);

        Finding unknown = only(direct(), State.UNKNOWN);
        assertThat(unknown.subject()).isEqualTo(PLACE + ", port 80");
        assertThat(unknown.evidence()).contains("neither at the VIP nor at the server's address");
    }

    @Test
    void shouldNameAFirewallThatSaysSo() {
        when(connections(true), error(Kind.UNREACHABLE, VIP, "port unreachable"));

        only(onLo(), State.WELL);
        assertWrong(
                only(direct(), State.WRONG),
                PLACE + ", port 80",
                "203.0.113.10, MAC " + FakeHost.SERVER + ", says by ICMP of a connection to the VIP: port unreachable",
                "let port 80 of the VIP in");
    }

    @Test
    void shouldNameAServerThatAnswersAsItself() {
        when(connections(true), answer(Kind.TAKEN, B1));

        assertWrong(
                only(direct(), State.WRONG),
                PLACE + ", port 80",
                "what is for the VIP is answered as 10.2.0.11",
                "snat, masquerade");
    }

    @Test
    void shouldNameAnswersThatTakeTheWayByARouter() {
        knowMacs();
        MacAddress router = MacAddress.parse("02:00:00:00:00:99");
        when(connections(true), new Answer(Kind.TAKEN, VIP, router, 63, ""));

        only(onLo(), State.WELL);
        assertWrong(
                only(direct(), State.WRONG),
                PLACE + ", port 80",
                "answers come by a router, from MAC " + router + " with a TTL of 63",
                "on b1 (10.2.0.11): ip route get 10.2.0.2");
    }

    /** Another of its network cards; a container behind it. */
    @Test
    void shouldBeContentWithAnAnswerFromTheSegmentOrFromBehindTheServer() {
        knowMacs();
        MacAddress second = MacAddress.parse("02:00:00:00:00:99");
        when(connections(true), new Answer(Kind.TAKEN, VIP, second, 64, ""));
        only(direct(), State.WELL);

        when(connections(true), new Answer(Kind.TAKEN, VIP, FakeHost.SERVER, 63, ""));
        only(direct(), State.WELL);
    }

    @Test
    void shouldSeeByThePingWhereNoPortIsKnown() {
        knowMacs();
        serve(Specs.service("dns").udp().backend(1, "10.2.0.11", 100).spec());
        only(direct(), State.WELL);

        host.answering = it -> new Answer(Kind.TAKEN, it.to(), MacAddress.parse("02:00:00:00:00:99"), 62, "");
        assertWrong(only(direct(), State.WRONG), PLACE, "with a TTL of 62", "ip route get 10.2.0.2");
    }

    @Test
    void shouldAskSomeOfMany() {
        Specs many = Specs.service("many").l3dsr(7);
        for (int i = 1; i <= 1_000; i++) {
            many.backend(i, "10.3." + i / 256 + "." + i % 256, 100);
        }
        serve(many.spec());

        assertThat(only(onLo(), State.WELL).subject()).isEqualTo("256 servers, among 256 of 1,000 that VIPs have");
        assertThat(host.canaries).hasSize(2 * Posts.MOST);
    }
}
