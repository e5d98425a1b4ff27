package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static dev.trigon.systemtests.lab.Lab.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** l2dsr, with clients and servers behind the same interface of the gateway. */
@Tag("pcap-too")
class OneArmedIT extends Delivery {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED);

    private static Vipd vipd;
    private static Client client;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        client = LAB.client();
        LAB.serveLayer2();
    }

    @Override
    Lab lab() {
        return LAB;
    }

    @Test
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "a bad network does not")
    void shouldHandEachPacketOnOnce() {
        long requestedBefore = LAB.packets().requested();
        long deliveredBefore = LAB.packets().delivered();

        Client.Answers answers = client.get(300);

        assertThat(answers.total()).isEqualTo(300);
        // once each: the gateway's kernel has handled none of them a second time
        long requested = LAB.packets().requested() - requestedBefore;
        assertThat(requested).isGreaterThanOrEqualTo(300 * 4);
        assertThat(LAB.packets().delivered() - deliveredBefore).isEqualTo(requested);
    }

    @Test
    void shouldShareByWeight() {
        Services weighted = Services.of(LAB, "l2dsr").with("b1", 50).with("b3", 250);
        vipd.apply(weighted).orFail();

        Client.Answers answers = client.get(200);

        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        assertThat(answers.of("b1")).isBetween(22L, 28L);
        assertThat(answers.of("b2")).isBetween(45L, 55L);
        assertThat(answers.of("b3")).isBetween(112L, 138L);
    }

    @Test
    void shouldReachEveryServerByMaglev() {
        vipd.apply(Services.of(LAB, "l2dsr").by("maglev")).orFail();

        Client.Answers answers = client.get(300);

        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        assertThat(answers.total()).isEqualTo(300);
        // the ports are the client's to choose, so no share is exact: five standard deviations
        assertThat(SERVERS).allSatisfy(it -> assertThat(answers.of(it)).isBetween(60L, 140L));
    }

    @Test
    void shouldKeepAUdpFlowOnItsServer() {
        String first = client.queryFrom(5353).byServer().keySet().iterator().next();

        for (int i = 0; i < 5; i++) {
            client.query(1);
            assertThat(client.queryFrom(5353).byServer()).containsOnlyKeys(first);
        }
        JsonNode explained = vipd.ask("explain", "udp", Lab.CLIENT_ADDRESS + ":5353", VIP + ":53");
        assertThat(explained.path("backend").asText()).isEqualTo(first);
        assertThat(explained.path("reason").asText()).isEqualTo("flow");
    }

    @Test
    void shouldLeaveChecksumsThatTheSenderComputed() {
        client.host().ask("ethtool", "-K", "eth0", "tx", "off");
        try {
            assertThat(client.get(12).total()).isEqualTo(12);
            assertThat(client.query(12).total()).isEqualTo(12);
        } finally {
            client.host().ask("ethtool", "-K", "eth0", "tx", "on");
        }
    }

    @Test
    void shouldAloneAnswerArpForTheVip() {
        String replies = LAB.router()
                .run("arping", "-c", "3", "-w", "3", "-I", "lan", VIP)
                .out();

        assertThat(Pattern.compile("\\[([0-9A-Fa-f:]+)\\]")
                        .matcher(replies)
                        .results()
                        .map(it -> it.group(1).toLowerCase(Locale.ROOT)))
                .isNotEmpty()
                .containsOnly(LAB.gateway().mac("eth0"));
    }

    /** A router that had it from somebody else learns it at once, and not when its own entry runs out. */
    @ParameterizedTest
    @CsvSource({"203.0.113.20, 4", "2001:db8:f::20, 6"})
    void shouldAnnounceANewVip(String address, String family) {
        LAB.router().shell("ip neigh replace %s lladdr 02:00:00:00:00:77 dev lan nud stale".formatted(address));

        vipd.ctl("service", "add", "announced", "--vip", address, "--protocol", "udp", "--port", "9")
                .orFail();
        try {
            Eventually.within(
                    Duration.ofSeconds(6),
                    () -> LAB.router()
                            .ask("ip", "-" + family, "neigh", "show", address)
                            .contains(LAB.gateway().mac("eth0")),
                    () -> "the router still has " + LAB.router().ask("ip", "neigh", "show", address));
        } finally {
            vipd.ctl("service", "remove", "announced").orFail();
            LAB.router().ask("ip", "neigh", "flush", "to", address, "dev", "lan");
        }
    }

    @Test
    void shouldLeaveArpForOtherAddressesToTheirOwners() {
        LAB.router().run("arping", "-c", "1", "-w", "1", "-I", "lan", "203.0.113.77");

        assertThat(LAB.router()
                        .run("arping", "-c", "1", "-w", "1", "-I", "lan", "203.0.113.77")
                        .exit())
                .isNotZero();
        assertThat(LAB.router()
                        .run("arping", "-c", "1", "-w", "2", "-I", "lan", LAB.address("b1"))
                        .out())
                .containsIgnoringCase(LAB.host("b1").mac("eth0"));
    }

    @Test
    void shouldKeepItsKernelAwayFromTheVip() {
        assertThat(LAB.gateway().ask("ip", "route", "show", VIP)).contains("blackhole");
        assertThat(LAB.gateway().ask("ip", "address", "show", "to", VIP)).isBlank();
    }

    @Test
    void shouldPutItsGuardBackWhenSomebodyTakesItAway() {
        LAB.gateway().run("ip", "route", "del", "blackhole", VIP).orFail();

        Eventually.within(
                Duration.ofSeconds(5),
                () -> LAB.gateway().ask("ip", "route", "show", VIP).contains("blackhole"),
                () -> "no blackhole route for the VIP");
    }

    @Test
    void shouldNotLetAPortThroughThatIsNoServices() {
        long delivered = LAB.packets().delivered();

        assertThat(client.host()
                        .run("curl", "-s", "--max-time", "1", "http://" + VIP + ":81/")
                        .exit())
                .isNotZero();

        assertThat(LAB.packets().delivered()).isEqualTo(delivered);
        assertThat(LAB.packets().crossed()).isZero();
    }

    @Test
    void shouldSayWhereAFlowWentAndWhy() {
        assertThat(client.get(3).total()).isEqualTo(3);

        JsonNode count = vipd.ask("flows", "count");
        JsonNode flows = vipd.ask("flows", "list");

        assertThat(count.path("active").asLong())
                .isPositive()
                .isLessThan(count.path("max").asLong());
        assertThat(flows).isNotEmpty().allSatisfy(it -> {
            assertThat(it.path("vip").asText()).containsAnyOf(Family.IPV4.vip(), Family.IPV6.vip());
            assertThat(it.path("client").asText()).containsAnyOf(Family.IPV4.client(), Family.IPV6.client());
        });
        assertThat(vipd.ask("explain", "tcp", Lab.CLIENT_ADDRESS + ":1", VIP + ":81")
                        .path("reason")
                        .asText())
                .isEqualTo("no-service");
    }
}
