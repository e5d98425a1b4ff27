package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static dev.trigon.systemtests.lab.Lab.VIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Json;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is broken on purpose is named by {@code vipctl doctor}, and no longer when it is mended. */
class DoctorIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static Vipd vipd;

    @BeforeAll
    static void start() {
        vipd = LAB.vipd();
        vipd.start();
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        SERVERS.forEach(DoctorIT::takeVips);
        Host iperf = LAB.host(Services.IPERF_SERVER);
        iperf.start("iperf3", "-s", "-p", String.valueOf(Services.IPERF_PORT));
        Eventually.within(
                Duration.ofSeconds(10),
                () -> iperf.ask("ss", "-Hltn").contains(":" + Services.IPERF_PORT),
                () -> "iperf3 does not listen");
    }

    @AfterAll
    static void leave() {
        SERVERS.forEach(it -> {
            giveVipsUp(it);
            LAB.host(it).ask("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0", "net.ipv4.conf.all.arp_announce=0");
        });
    }

    /** As vip-agent would, but sooner. */
    private static void takeVips(String server) {
        Host host = LAB.host(server);
        host.ask("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
        host.ask("ip", "address", "add", VIP + "/32", "dev", "lo");
        host.ask("ip", "address", "add", Family.IPV6.vip() + "/128", "dev", "lo", "nodad");
    }

    private static void giveVipsUp(String server) {
        Host host = LAB.host(server);
        host.ask("ip", "address", "del", VIP + "/32", "dev", "lo");
        host.ask("ip", "address", "del", Family.IPV6.vip() + "/128", "dev", "lo");
    }

    private static List<JsonNode> findings() {
        Output output = vipd.ctl("doctor", "-o", "json");
        JsonNode view = Json.of(output.out());
        boolean wrong = stream(view).anyMatch(it -> it.path("state").asText().equals("wrong"));
        assertThat(output.exit()).as(output.toString()).isEqualTo(wrong ? 1 : 0);
        return stream(view).toList();
    }

    private static List<JsonNode> findings(String check, String state) {
        return findings().stream()
                .filter(it -> it.path("check").asText().equals(check))
                .filter(it -> it.path("state").asText().equals(state))
                .toList();
    }

    private static Stream<JsonNode> stream(JsonNode view) {
        return StreamSupport.stream(view.path("findings").spliterator(), false);
    }

    private static void shouldBeNamed(String check, String subject, String evidence) {
        assertThat(findings(check, "wrong")).as(check).singleElement().satisfies(it -> {
            assertThat(it.path("subject").asText()).isEqualTo(subject);
            assertThat(it.path("evidence").asText()).contains(evidence);
            assertThat(it.path("consequence").asText()).isNotBlank();
            assertThat(it.path("remedy").asText()).isNotBlank();
        });
    }

    private static void shouldBeWell(String check) {
        assertThat(findings())
                .as(check)
                .filteredOn(it -> it.path("check").asText().equals(check))
                .extracting(it -> it.path("state").asText())
                .contains("well")
                .doesNotContain("wrong");
    }

    private static String label(String server, Family family) {
        return server + " (" + LAB.address(server, family) + ")";
    }

    @Test
    void shouldNameAServerThatAnswersArpForTheVip() {
        shouldBeWell("vip-owner");
        Host b2 = LAB.host("b2");
        b2.ask("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0");
        try {
            shouldBeNamed(
                    "vip-owner",
                    "VIP " + VIP,
                    label("b2", Family.IPV4) + ", MAC " + b2.mac("eth0") + ", answers ARP for it on eth0");
        } finally {
            b2.ask("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1");
        }
        shouldBeWell("vip-owner");
    }

    @Test
    void shouldNameAServerThatAnswersNeighbourDiscoveryForTheVip() {
        Host b3 = LAB.host("b3");
        b3.ask("ip", "address", "add", Family.IPV6.vip() + "/128", "dev", "eth0", "nodad");
        try {
            shouldBeNamed(
                    "vip-owner",
                    "VIP " + Family.IPV6.vip(),
                    ", MAC " + b3.mac("eth0") + ", answers neighbour discovery for it on eth0");
        } finally {
            b3.ask("ip", "address", "del", Family.IPV6.vip() + "/128", "dev", "eth0");
        }
        shouldBeWell("vip-owner");
    }

    @Test
    void shouldMendAStrictFilterAndRedirects() {
        Host gateway = LAB.gateway();
        gateway.ask("sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=1");
        try {
            shouldBeNamed("rp-filter", "eth0", "rp_filter is 0 for all and 1 for eth0");
            shouldBeNamed("redirects", "eth0", "send_redirects is 1 for all and 1 for eth0");

            Output fixed = vipd.ctl("doctor", "--fix");

            assertThat(fixed.out())
                    .contains(
                            "done: sysctl -w net.ipv4.conf.eth0.rp_filter=2",
                            "done: sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0");
            shouldBeWell("rp-filter");
            shouldBeWell("redirects");
            assertThat(gateway.ask("sysctl", "-n", "net.ipv4.conf.eth0.rp_filter"))
                    .isEqualTo("2\n");
        } finally {
            gateway.ask(
                    "sysctl",
                    "-qw",
                    "net.ipv4.conf.eth0.rp_filter=2",
                    "net.ipv4.conf.all.send_redirects=1",
                    "net.ipv4.conf.eth0.send_redirects=1");
        }
    }

    @Test
    void shouldNameVipsThatGoToAndFroWithoutVipd() {
        shouldBeNamed("ip-forward", "VIPs " + Family.IPV6.vip() + ", " + VIP, "ip_forward is 1");
        Host gateway = LAB.gateway();
        gateway.ask("ip", "route", "add", "blackhole", VIP, "metric", "100000");
        gateway.ask("ip", "route", "add", "blackhole", Family.IPV6.vip(), "metric", "100000");
        try {
            shouldBeWell("ip-forward");
        } finally {
            gateway.ask("ip", "route", "del", "blackhole", VIP, "metric", "100000");
            gateway.ask("ip", "route", "del", "blackhole", Family.IPV6.vip(), "metric", "100000");
        }
    }

    @Test
    void shouldNameAServerThatIsNotThere() {
        shouldBeWell("neighbours");
        vipd.ctl("backend", "add", Family.IPV4.name("web"), "b9", "--address", "10.2.0.99")
                .orFail();
        try {
            shouldBeNamed("neighbours", "b9 (10.2.0.99)", "10.2.0.99 on eth0 is ");
        } finally {
            vipd.ctl("backend", "remove", Family.IPV4.name("web"), "b9").orFail();
        }
        shouldBeWell("neighbours");
    }

    @Test
    void shouldNameAServerThatIsBehindARouterNow() {
        shouldBeWell("routes");
        LAB.gateway().ask("ip", "route", "add", LAB.address("b2"), "via", "10.2.0.1");
        try {
            shouldBeNamed("routes", label("b2", Family.IPV4), "behind the router 10.2.0.1");
        } finally {
            LAB.gateway().ask("ip", "route", "del", LAB.address("b2"));
        }
        shouldBeWell("routes");
    }

    /** What is longer than a veth's MTU is lost at its end without a word. */
    @Test
    void shouldNameAServerThatLargePacketsDoNotReach() {
        shouldBeWell("mtu");
        Host b1 = LAB.host("b1");
        b1.ask("ip", "link", "set", "eth0", "mtu", "1400");
        try {
            assertThat(findings("mtu", "wrong"))
                    .extracting(it -> it.path("subject").asText())
                    .containsExactlyInAnyOrder(label("b1", Family.IPV4), label("b1", Family.IPV6));
        } finally {
            b1.ask("ip", "link", "set", "eth0", "mtu", "1500");
        }
        shouldBeWell("mtu");
    }

    @Test
    void shouldLeaveNoTraceOfWhatItAsksServers() {
        long forwarded = vipd.counter("forwarded");
        long flows = vipd.activeFlows();

        List<JsonNode> found = findings();

        for (String check : List.of("vip-on-lo", "direct-return")) {
            assertThat(found)
                    .filteredOn(it -> it.path("check").asText().equals(check))
                    .extracting(
                            it -> it.path("state").asText(),
                            it -> it.path("subject").asText())
                    .as(check)
                    .containsExactly(tuple("well", "6 servers"));
        }
        assertThat(vipd.counter("forwarded")).isEqualTo(forwarded);
        assertThat(vipd.activeFlows()).isEqualTo(flows);
        SERVERS.forEach(it -> assertThat(LAB.host(it).ask("ss", "-Htn", "state", "syn-recv"))
                .as("half of a connection on %s", it)
                .isEmpty());
    }

    @Test
    void shouldNameAServerThatLacksTheVip() {
        giveVipsUp("b3");
        try {
            assertThat(findings("vip-on-lo", "wrong"))
                    .extracting(
                            it -> it.path("subject").asText(),
                            it -> it.path("evidence").asText())
                    .containsExactlyInAnyOrder(lacking(Family.IPV4), lacking(Family.IPV6));
        } finally {
            takeVips("b3");
        }
        shouldBeWell("vip-on-lo");
    }

    private static Tuple lacking(Family family) {
        return tuple(
                label("b3", family) + " for VIP " + family.vip(),
                "no answer to an echo request or a connection to port 80, 8080 for the VIP, but "
                        + LAB.address("b3", family) + " itself answers");
    }

    @Test
    void shouldNameAProgramThatDoesNotListenAtTheVip() {
        Host b2 = LAB.host("b2");
        Path files = LAB.files("b2");
        b2.shell("sed -e 's/listen 80/listen %1$s:80/; s/\\[::\\]/[%2$s]/g' %3$s/nginx.conf > %3$s/own.conf"
                .formatted(LAB.address("b2", Family.IPV4), LAB.address("b2", Family.IPV6), files));
        restartNginx(b2, files, "own.conf");
        try {
            assertThat(findings("direct-return", "wrong"))
                    .filteredOn(it -> it.path("evidence").asText().contains("listens at that address alone"))
                    .extracting(it -> it.path("subject").asText())
                    .containsExactlyInAnyOrder(
                            label("b2", Family.IPV4) + " for VIP " + VIP + ", port 80",
                            label("b2", Family.IPV4) + " for VIP " + VIP + ", port 8080",
                            label("b2", Family.IPV6) + " for VIP " + Family.IPV6.vip() + ", port 80",
                            label("b2", Family.IPV6) + " for VIP " + Family.IPV6.vip() + ", port 8080");
        } finally {
            restartNginx(b2, files, "nginx.conf");
        }
        shouldBeWell("direct-return");
    }

    private static void restartNginx(Host server, Path files, String configuration) {
        server.shell("""
                kill $(cat %1$s/nginx.pid)
                while [ -e %1$s/nginx.pid ]; do sleep 0.05; done
                nginx -p %1$s -c %2$s -e error.log
                """.formatted(files, configuration));
    }
}
