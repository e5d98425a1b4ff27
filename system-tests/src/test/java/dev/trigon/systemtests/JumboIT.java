package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import dev.trigon.systemtests.lab.Vipd;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wires that carry 9000 octets, and a narrower one behind the gateway. Servers answer pings, so that these go there too. */
@Tag("pcap-too")
class JumboIT {
    private static final int MTU = 9000;
    private static final int NARROW_MTU = 1280;

    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.TWO_ARMED, MTU);

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration DONE = Duration.ofSeconds(60);
    private static final int UPLOAD_OCTETS = 20 << 20;

    private static Vipd vipd;

    private long fragmentedBefore;

    @BeforeAll
    static void serve() {
        vipd = LAB.vipd();
        vipd.start("icmp: {echo: forward}\n");
        vipd.apply(Services.of(LAB, "l2dsr")).orFail();
        LAB.startAgents();
        LAB.startServersOfTheVips();
        LAB.client().awaitAnswersFrom(SERVERS);
    }

    /** The client makes its packets itself: none is longer than the wire carries. */
    @BeforeEach
    void makePacketsOneByOne() {
        LAB.client().host().ask("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off");
        fragmentedBefore = vipd.counter("fragmented-datagrams");
    }

    @AfterEach
    void shouldHaveSeenNoFragments() {
        LAB.client().host().ask("ethtool", "-K", "eth0", "tx", "on", "tso", "on", "gso", "on");
        awaitObserved();
        assertThat(vipd.counter("fragmented-datagrams")).isEqualTo(fragmentedBefore);
        assertThat(LAB.packets().crossed()).isZero();
    }

    /** What is observed is shown a moment later: once a request shows that came after the test's packets, they do too. */
    private static void awaitObserved() {
        long before = flowsLookedUp();
        assertThat(LAB.client().get(1).total()).isEqualTo(1);
        Eventually.within(SOON, () -> flowsLookedUp() > before, () -> "a request is not observed: " + vipd.counters());
    }

    private static long flowsLookedUp() {
        return vipd.counter("flow-cache-hits") + vipd.counter("flow-cache-misses");
    }

    private static Client client(Family family) {
        return LAB.client().over(family);
    }

    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
    void shouldCarryLongPingsWhole(Family family) {
        assertThat(longPings(family, 10).out()).contains(" 0% packet loss");
    }

    private static Output longPings(Family family, int count) {
        return client(family).ping("-M", "do", "-c", String.valueOf(count), "-i", "0.01", "-W", "1", "-s", "8000");
    }

    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
    void shouldCarryLongDatagramsWhole(Family family) {
        long refusedBefore = refused();

        JsonNode sum = client(family)
                .iperf("-u", "-l", "8000", "-b", "80M", "-t", "1")
                .path("end")
                .path("sum");

        long sent = sum.path("packets").asLong();
        long lost = sum.path("lost_packets").asLong() - (refused() - refusedBefore);
        assertThat(sent).isGreaterThan(1000);
        assertThat(lost).isLessThanOrEqualTo(sent / 1000);
    }

    /** What has come to iperf3 and found its socket full, as it does when the machine is busy. */
    private static long refused() {
        return LAB.host(Services.IPERF_SERVER).kernelCounter("Udp6?RcvbufErrors");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryLongSegmentsBothWays(Family family) {
        Program longest = LAB.gateway()
                .start("tcpdump", "-i", "eth1", "-Q", "out", "-c", "100", "-w", "/dev/null", "len == 9014");
        Eventually.within(SOON, () -> longest.log().contains("listening on"), longest::log);

        assertThat(client(family).upload("long-" + family, UPLOAD_OCTETS)).isEqualTo(201);
        Program download = client(family).download();

        assertThat(longest.await(SOON)).isZero();
        assertThat(download.await(DONE)).isZero();
        assertThat(download.log()).contains("octets " + Client.DOWNLOAD_OCTETS);
    }

    /** The servers offer segments for 9000 octets: who sends them learns of the narrow wire from vipd alone. */
    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(named = "trigon.faults", matches = "true", disabledReason = "each packet counts")
    void shouldSayWhatANarrowerWireBehindItCarries(Family family) {
        long tooLargeBefore = vipd.dropped("too-large");
        long toldBefore = vipd.counter("icmp-errors-sent");
        narrow(NARROW_MTU);
        try {
            Eventually.within(
                    SOON,
                    () -> client(family)
                            .ping("-M", "do", "-c", "1", "-W", "1", "-s", "1400")
                            .out()
                            .contains("mtu"),
                    () -> "no word of a packet that is too long");
            forget();
            String said = client(family)
                    .ping("-M", "do", "-c", "1", "-W", "1", "-s", "1400")
                    .out();
            assertThat(said)
                    .contains("From " + family.address(1, 2))
                    .containsPattern(family == Family.IPV4 ? "Frag needed .*mtu = 1280" : "Packet too big: mtu=1280");

            forget();
            assertThat(client(family).upload("narrow-" + family, UPLOAD_OCTETS)).isEqualTo(201);

            assertThat(client(family).host().ask("ip", "route", "get", family.vip()))
                    .contains("mtu " + NARROW_MTU);
            // two pings, and what the client sent before it knew; what is observed is shown a moment later
            assertThat(vipd.dropped("too-large")).isGreaterThanOrEqualTo(tooLargeBefore + 3);
            Eventually.within(
                    SOON,
                    () -> vipd.counter("icmp-errors-sent") >= toldBefore + 3,
                    () -> "too few were told: " + vipd.counters());
        } finally {
            narrow(MTU);
            forget();
            // a moment later vipd knows too
            Eventually.within(SOON, () -> longPings(family, 1).exit() == 0, () -> "long pings do not pass any more");
        }
    }

    private static void narrow(int mtu) {
        LAB.gateway().ask("ip", "link", "set", "eth1", "mtu", String.valueOf(mtu));
    }

    /** What the client has learned of the way. */
    private static void forget() {
        LAB.client().host().shell("ip -4 route flush cache; ip -6 route flush cache");
    }
}
