package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import dev.trigon.systemtests.lab.Services;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What clients do with a VIP, in both families. It must come to the same wherever the servers are, and on networks that lose,
 * double and reorder packets too: who runs this says on which.
 */
abstract class Delivery {
    private static final int UPLOAD_OCTETS = 30 << 20;
    /** More than the wire between router and client carries of a packet then. */
    private static final int NARROW_MTU = 1280;

    private static final Duration DONE = Duration.ofSeconds(60);

    private long checksumErrorsBefore;

    abstract Lab lab();

    private Client client(Family family) {
        return lab().client().over(family);
    }

    @BeforeEach
    void lookAtChecksums() {
        checksumErrorsBefore = checksumErrors();
    }

    @AfterEach
    void shouldHaveKeptRepliesOffTheGatewayAndChecksumsRight() {
        assertThat(lab().packets().crossed()).isZero();
        assertThat(checksumErrors()).isEqualTo(checksumErrorsBefore);
    }

    /** What the servers' TCP, UDP and ICMP threw away for its checksum. */
    private long checksumErrors() {
        return SERVERS.stream()
                .mapToLong(it -> lab().host(it).kernelCounter("[A-Za-z0-9]*InCsumErrors"))
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEveryServerItsShareOfHttp(Family family) {
        Client.Answers answers = client(family).get(90);

        assertThat(answers.total()).isEqualTo(90);
        assertThat(SERVERS).allSatisfy(it -> assertThat(answers.of(it)).isBetween(27L, 33L));
        assertThat(SERVERS)
                .allSatisfy(it -> assertThat(lab().packets().sent(it)).isPositive());
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEveryServerItsShareOfDns(Family family) {
        Client.Answers answers = client(family).query(30);

        assertThat(answers.total()).isEqualTo(30);
        assertThat(SERVERS).allSatisfy(it -> assertThat(answers.of(it)).isEqualTo(10));
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryADownload(Family family) {
        shouldComplete(client(family).download());
    }

    /** A sender on the same machine leaves sums, and the cutting up of packets of 64 KiB, to a card that is not there. */
    @ParameterizedTest
    @EnumSource
    void shouldCarryAnUploadThatTheSenderLeftToItsCard(Family family) {
        assertThat(client(family).host().ask("ethtool", "-k", "eth0"))
                .contains("tx-checksumming: on", "tcp-segmentation-offload: on");

        shouldArriveWhole(family, "offloaded-" + family);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryAnUploadThatTheSenderMadeItself(Family family) {
        client(family).host().ask("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off");
        try {
            shouldArriveWhole(family, "made-" + family);
        } finally {
            client(family).host().ask("ethtool", "-K", "eth0", "tx", "on", "tso", "on", "gso", "on");
        }
    }

    private void shouldArriveWhole(Family family, String name) {
        assertThat(client(family).upload(name, UPLOAD_OCTETS)).isEqualTo(201);

        Path sent = client(family).uploaded(name);
        assertThat(SERVERS)
                .extracting(it -> lab().files(it).resolve("up").resolve(name))
                .filteredOn(it -> it.toFile().exists())
                .singleElement()
                .satisfies(it -> assertThat(it).hasSameBinaryContentAs(sent));
    }

    @ParameterizedTest
    @EnumSource
    void shouldBringAllFragmentsOfADatagramToOneServer(Family family) {
        // of 45 fragments some are lost every time where any are
        int[] sizes = lab().lossPercent() > 0 ? new int[] {1473, 8000} : new int[] {1473, 8000, 65000};
        for (int octets : sizes) {
            Client.Answers answers = client(family).send(12, octets);

            assertThat(answers.total()).as("of %d octets", octets).isEqualTo(12);
            assertThat(answers.byServer()).as("of %d octets", octets).containsOnlyKeys(SERVERS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryAStreamOfLargeDatagrams(Family family) {
        String reassembled = family == Family.IPV4 ? "IpReasmOKs" : "Ip6ReasmOKs";
        long before = lab().host(Services.IPERF_SERVER).kernelCounter(reassembled);

        JsonNode sum = client(family)
                .iperf(lab().lossPercent() > 0 ? 3 : 1, "-u", "-l", "8000", "-b", "80M", "-t", "2")
                .path("end")
                .path("sum");

        // not what iperf3 had of them: its socket drops some when the machine is busy
        long whole = lab().host(Services.IPERF_SERVER).kernelCounter(reassembled) - before;
        long sent = sum.path("packets").asLong();
        assertThat(sent).isGreaterThan(2000);
        // a datagram is lost with each of its six fragments
        assertThat(whole).isBetween((long) (sent * (1 - (0.1 + 8 * lab().lossPercent()) / 100)), sent);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryAStreamOfTcp(Family family) {
        JsonNode end = client(family).iperf("-t", "1", "-P", "4").path("end");

        assertThat(end.path("sum_received").path("bytes").asLong())
                .isGreaterThan(1 << 20)
                .isCloseTo(end.path("sum_sent").path("bytes").asLong(), within(64L << 20));
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerPings(Family family) {
        String said = client(family).ping("-c", "50", "-i", "0.01", "-W", "1").out();

        assertThat(lossOf(said)).isLessThanOrEqualTo(6 * lab().lossPercent());
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerPingsInFragments(Family family) {
        String said = client(family)
                .ping("-c", "20", "-i", "0.01", "-W", "1", "-s", "8000")
                .out();

        assertThat(lossOf(said)).isLessThanOrEqualTo(30 * lab().lossPercent());
    }

    private static double lossOf(String ping) {
        return Pattern.compile("([0-9.]+)% packet loss")
                .matcher(ping)
                .results()
                .mapToDouble(it -> Double.parseDouble(it.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(ping));
    }

    /** The server sends more than the way to the client carries; what says so comes to the VIP. */
    @ParameterizedTest
    @EnumSource
    void shouldLetAServerDiscoverThePathMtu(Family family) {
        lab().script("path-mtu", String.valueOf(NARROW_MTU)).orFail();
        try {
            shouldComplete(client(family).download());

            assertThat(SERVERS)
                    .as("servers that know of the MTU")
                    .filteredOn(it -> wayToClient(family, it).contains("mtu " + NARROW_MTU))
                    .hasSize(1);
        } finally {
            lab().script("path-mtu", "1500").orFail();
        }
    }

    private String wayToClient(Family family, String server) {
        return lab().host(server).ask("ip", "route", "get", family.client(), "from", family.vip());
    }

    private static void shouldComplete(Program download) {
        assertThat(download.await(DONE)).as(download.log()).isZero();
        assertThat(download.log()).contains("octets " + Client.DOWNLOAD_OCTETS);
    }

    /** Of all packets, what the gateway should have had a reason to drop: none. */
    @ParameterizedTest
    @EnumSource
    void shouldFindNothingWrongWithWhatHonestClientsSend(Family family) {
        Map<String, Long> before = lab().vipd().dropped();

        assertThat(client(family).get(30).total()).isEqualTo(30);
        assertThat(client(family).query(6).total()).isEqualTo(6);
        assertThat(client(family).send(3, 8000).total()).isEqualTo(3);

        Map<String, Long> after = lab().vipd().dropped();
        if (lab().lossPercent() > 0) {
            // a network that loses fragments and doubles them gives reasons
            before.keySet().removeIf(it -> it.startsWith("fragment-"));
            after.keySet().removeIf(it -> it.startsWith("fragment-"));
        }
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerForTheVipAlone(Family family) {
        lab().router().shell("ip neigh flush dev lan; ip -6 neigh flush dev lan");

        assertThat(client(family).get(3).total()).isEqualTo(3);

        String neighbours = lab().router().ask("ip", "neigh", "show", "to", family.vip(), "dev", "lan");
        assertThat(neighbours.toLowerCase(Locale.ROOT)).contains(lab().gateway().mac("eth0"));
    }
}
