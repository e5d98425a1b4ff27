package dev.trigon.dataplane.doctor;

import static dev.trigon.dataplane.doctor.FindingAssert.assertWrong;
import static dev.trigon.dataplane.doctor.FindingAssert.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.netlink.Route;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of the gateway's kernel. */
class SettingsChecksTest {
    private static final ServiceSpec WEB =
            Specs.service("web").backend(1, "10.2.0.11", 100).spec();

    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway = FakeGateway.with(WEB);

    private List<Finding> look(Check check) {
        return check.look(new Patient(gateway, host));
    }

    private void set(String interfaceName, String setting, String value) {
        host.settings.put("net.ipv4.conf." + interfaceName + "." + setting, value);
    }

    private void mend(Finding finding) {
        assertThat(finding.remedy()).isNotNull();
        assertThat(finding.remedy().mending()).isNotNull();
        finding.remedy().mending().mend(new Patient(gateway, host));
    }

    /** The kernel takes the larger. */
    @ParameterizedTest
    @CsvSource({"0, 0, WELL", "1, 0, WRONG", "0, 1, WRONG", "1, 1, WRONG", "2, 1, WELL", "1, 2, WELL"})
    void shouldWantNoStrictFilterWhereServersAre(String all, String own, State state) {
        set("all", "rp_filter", all);
        set("eth0", "rp_filter", own);

        only(look(new RpFilterCheck()), state);
    }

    @Test
    void shouldMendAStrictFilter() {
        set("all", "rp_filter", "1");
        set("eth0", "rp_filter", "0");
        Finding finding = only(look(new RpFilterCheck()), State.WRONG);
        assertWrong(
                finding, "eth0", "rp_filter is 1 for all and 0 for eth0", "sysctl -w net.ipv4.conf.eth0.rp_filter=2");

        mend(finding);

        only(look(new RpFilterCheck()), State.WELL);
    }

    @Test
    void shouldNotAskForAFilterThatIpv6HasNot() {
        gateway.services.clear();
        gateway.services.add(Specs.service("web6")
                .vip("2001:db8:f::10")
                .backend(1, "2001:db8:2::11", 100)
                .spec());

        assertThat(look(new RpFilterCheck())).isEmpty();
    }

    /** One of them is enough for the kernel, and only a router sends any. */
    @ParameterizedTest
    @CsvSource({"0, 1, 1, WELL", "1, 0, 0, WELL", "1, 1, 0, WRONG", "1, 0, 1, WRONG"})
    void shouldWantNoRedirectsOfARouter(String forward, String all, String own, State state) {
        host.settings.put("net.ipv4.ip_forward", forward);
        set("all", "send_redirects", all);
        set("eth0", "send_redirects", own);
        Finding finding = only(look(new RedirectsCheck()), state);

        if (state == State.WRONG) {
            mend(finding);
            only(look(new RedirectsCheck()), State.WELL);
        }
    }

    @Test
    void shouldNameVipsThatGoToAndFroWithoutVipd() {
        host.settings.put("net.ipv4.ip_forward", "1");
        host.routes.add(FakeHost.route("0.0.0.0", 0, "10.2.0.1", 0));
        host.routes.add(blackhole(FakeGateway.PROTOCOL));

        assertWrong(
                only(look(new LoopCheck()), State.WRONG),
                "VIPs 203.0.113.10",
                "ip_forward is 1",
                "ip route add blackhole 203.0.113.10 metric 100000");

        // the operator's own
        host.routes.add(blackhole(4));
        only(look(new LoopCheck()), State.WELL);
    }

    private static Route blackhole(int protocol) {
        return new Route(Route.Type.BLACKHOLE, WEB.vip(), 32, 0, null, null, protocol, 0);
    }

    @Test
    void shouldNotMindWhereNothingIsForwarded() {
        host.routes.add(FakeHost.route("0.0.0.0", 0, "10.2.0.1", 0));

        only(look(new LoopCheck()), State.WELL);
    }

    @Test
    void shouldWantRoomForEveryNeighbour() {
        Specs many = Specs.service("web");
        for (int i = 1; i <= 600; i++) {
            many.backend(i, "10.3." + i / 256 + "." + i % 256, 100);
        }
        gateway.services.add(many.spec());
        Finding hidden = only(look(new NeighbourLimitCheck()), State.UNKNOWN);
        assertThat(hidden.subject()).isEqualTo("601 servers on segments of the gateway, ipv4");

        host.settings.put("net.ipv4.neigh.default.gc_thresh2", "512");
        host.settings.put("net.ipv4.neigh.default.gc_thresh3", "1024");
        Finding wrong = only(look(new NeighbourLimitCheck()), State.WRONG);
        assertThat(wrong.evidence()).isEqualTo("gc_thresh2 is 512, gc_thresh3 is 1024");
        mend(wrong);

        only(look(new NeighbourLimitCheck()), State.WELL);
    }
}
