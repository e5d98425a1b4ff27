package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Program;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What comes in by vipd's interface and is none of its business: the client pings the gateway's own address and sends to a
 * server there, and does both with an address that the gateway's kernel forwards to. All of it is over after a while.
 */
final class Bystanders implements AutoCloseable {
    private static final String FORWARDED = "192.0.2.7";
    private static final String PORT = "5301";
    private static final int PINGS_A_SECOND = 50;
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private final Lab lab;
    private final Duration length;
    private final String own;
    private final List<Program> servers;
    private final List<Program> pings;
    private final List<Program> transfers;

    private Bystanders(Lab lab, Duration length) {
        this.lab = lab;
        this.length = length;
        this.own = lab.gateway()
                .shell("ip -4 -brief address show eth0 | awk '{sub(\"/.*\", \"\", $3); print $3}'")
                .strip();
        route("add");
        servers = List.of(serve(lab.gateway(), own), serve(lab.host("b1"), FORWARDED));
        pings = Stream.of(own, FORWARDED).map(this::ping).toList();
        transfers = Stream.of(own, FORWARDED).map(this::transfer).toList();
    }

    /** @param length how long all of it goes on */
    static Bystanders start(Lab lab, Duration length) {
        return new Bystanders(lab, length);
    }

    private void route(String verb) {
        lab.host("b1").ask("ip", "address", verb, FORWARDED + "/32", "dev", "lo");
        lab.gateway().ask("ip", "route", verb, FORWARDED, "via", lab.address("b1"));
        lab.router().ask("ip", "route", verb, FORWARDED, "via", own);
    }

    private static Program serve(Host host, String address) {
        return host.start("iperf3", "-s", "-B", address, "-p", PORT);
    }

    private Program ping(String address) {
        long pings = length.toSeconds() * PINGS_A_SECOND;
        String interval = String.valueOf(1.0 / PINGS_A_SECOND);
        return lab.client().host().start("ping", "-n", "-q", "-i", interval, "-c", String.valueOf(pings), address);
    }

    /** It waits for its server, which may take a moment to listen. */
    private Program transfer(String address) {
        String send = "iperf3 -c %s -p %s -b 50M -t %d".formatted(address, PORT, length.toSeconds());
        String waiting = "until %s; do sleep 0.1; done".formatted(send);
        return lab.client().host().start("timeout", String.valueOf(2 * length.toSeconds()), "sh", "-c", waiting);
    }

    /** Whether what has happened so far has happened while they were at it. */
    void shouldBeAtIt() {
        assertThat(Stream.concat(pings.stream(), transfers.stream())).allMatch(Program::isAlive);
    }

    /** Waits for the end of it. */
    void shouldHaveNoticedNothing() {
        for (Program ping : pings) {
            assertThat(ping.await(length.plus(MARGIN))).as(ping.log()).isZero();
            assertThat(ping.log()).contains(" 0% packet loss");
        }
        for (Program transfer : transfers) {
            assertThat(transfer.await(length.plus(MARGIN))).as(transfer.log()).isZero();
            assertThat(transfer.log()).contains("iperf Done.");
        }
    }

    @Override
    public void close() {
        Stream.of(pings, transfers, servers)
                .flatMap(List::stream)
                .filter(Program::isAlive)
                .forEach(Program::kill);
        route("delete");
    }
}
