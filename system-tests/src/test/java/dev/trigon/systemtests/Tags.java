package dev.trigon.systemtests;

import static dev.trigon.systemtests.lab.Lab.SERVERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import dev.trigon.systemtests.lab.Eventually;
import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import java.time.Duration;
import java.util.List;

/** At the end of a trunk, however many tags it has: whatever vipd sends has those of the frame that it is about. */
final class Tags {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int UPLOAD_OCTETS = 1 << 20;
    private static final int NARROW_MTU = 1280;

    private Tags() {}

    /** @param tags as tcpdump shows them */
    static void shouldBeOnWhateverIsSent(Lab lab, Family family, String... tags) {
        // at the far end: what leaves by AF_XDP passes the gateway's own captures by
        Program tcpdump = lab.segment().start("tcpdump", "--immediate-mode", "-lne", "-i", "tagged", "-Q", "in");
        Eventually.within(SOON, () -> tcpdump.log().contains("listening on"), tcpdump::log);

        provokeEveryKind(lab, family);

        // what it has not shown yet is lost when it is stopped
        Eventually.within(SOON, () -> kinds(family).stream().allMatch(tcpdump.log()::contains), tcpdump::log);
        assertThat(tcpdump.stop()).isZero();
        List<String> frames = tcpdump.log()
                .lines()
                .filter(it -> it.contains(family.vip()) || it.contains(family.client()))
                .toList();
        assertThat(frames).allSatisfy(it -> assertThat(it).contains(tags));
        for (String kind : kinds(family)) {
            assertThat(frames).as(kind).anyMatch(it -> it.contains(kind));
        }
    }

    /** What vipd sends when somebody asks for it: who has the VIP, an echo, a word about a packet too long, a request. */
    private static void provokeEveryKind(Lab lab, Family family) {
        Client client = lab.client().over(family);
        lab.router().shell("ip -4 neigh flush dev lan; ip -6 neigh flush dev lan");
        assertThat(client.ping("-c", "3", "-i", "0.01", "-W", "1").exit()).isZero();
        try {
            SERVERS.forEach(it -> narrow(lab, "add", it, family));
            Eventually.within(
                    SOON,
                    () -> client.upload("tagged-" + family, UPLOAD_OCTETS) == 201 && isToldMtu(client.host(), family),
                    () -> "the client never learns how little a packet may have");
        } finally {
            SERVERS.forEach(it -> narrow(lab, "delete", it, family));
            client.host().shell("ip -4 route flush cache; ip -6 route flush cache");
        }
    }

    private static boolean isToldMtu(Host client, Family family) {
        return client.ask("ip", "route", "get", family.vip()).contains("mtu " + NARROW_MTU);
    }

    private static void narrow(Lab lab, String change, String server, Family family) {
        String mtu = String.valueOf(NARROW_MTU);
        lab.gateway().ask("ip", "route", change, lab.address(server, family), "dev", "eth0", "mtu", mtu);
    }

    private static List<String> kinds(Family family) {
        String request = "> " + family.vip() + ".80: Flags";
        return family == Family.IPV4
                ? List.of("Reply " + family.vip() + " is-at", "ICMP echo reply", "need to frag (mtu 1280)", request)
                : List.of(
                        "neighbor advertisement, tgt is " + family.vip(),
                        "ICMP6, echo reply",
                        "packet too big, mtu 1280",
                        request);
    }
}
