package dev.trigon.agent;

import static dev.trigon.agent.Examples.OTHER_VIP;
import static dev.trigon.agent.Examples.OTHER_VIP6;
import static dev.trigon.agent.Examples.OWN;
import static dev.trigon.agent.Examples.OWN6;
import static dev.trigon.agent.Examples.VIP;
import static dev.trigon.agent.Examples.VIP6;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network sees of a server with an agent. */
@ExtendWith(NetworkNamespace.class)
class TrafficTest {
    private static final int PORT = 5353;
    private static final int ECN_CAPABLE = 0b01;
    private static final int TIMEOUT_MS = 5_000;

    private final Server server = new Server();

    @TempDir
    private Path state;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void shouldDeliverMarkedPacketsToTheirVipsAndTheRestToOwnAddress() throws IOException {
        server.up(state);
        AgentProcess agent = server.start(
                        "run --vip 203.0.113.10 --vip 203.0.113.11 --forward l3dsr --dscp 5 --dscp 46")
                .awaitReady();
        try (DatagramSocket first = bound(VIP);
                DatagramSocket second = bound(OTHER_VIP);
                DatagramSocket own = bound(OWN);
                DatagramSocket client = server.router().call(DatagramSocket::new)) {
            send(client, 5 << 2, "five");
            send(client, 5 << 2 | ECN_CAPABLE, "five with ECN");
            send(client, 46 << 2, "forty-six");
            send(client, 0, "unmarked");
            send(client, 7 << 2, "nobody's");
            assertThat(receive(first)).isEqualTo("five");
            assertThat(receive(first)).isEqualTo("five with ECN");
            assertThat(receive(second)).isEqualTo("forty-six");
            assertThat(receive(own)).isEqualTo("unmarked");
            assertThat(receive(own)).isEqualTo("nobody's");

            assertThat(agent.end("TERM")).isZero();
            send(client, 5 << 2, "after it");
            assertThat(receive(own)).isEqualTo("after it");
        }
    }

    @Test
    void shouldReachServerFromAddressThatItWouldRouteElsewhere() throws IOException {
        // strict reverse path filtering drops what comes from an address with a route by another interface
        server.up(state);
        Server.set("all/rp_filter", "1");
        sh(
                "ip link add elsewhere type veth peer name far; ip link set elsewhere up; ip link set far up; ip route add 198.51.100.0/24 dev elsewhere");
        server.router().sh("ip addr add 198.51.100.10/32 dev lo");
        // so that no packet waits for the server's MAC
        assertThat(asked(server, OWN)).isEqualTo(Neighbour.State.REACHABLE);
        try (DatagramSocket own = bound(OWN);
                DatagramSocket client = server.router()
                        .call(() -> new DatagramSocket(new InetSocketAddress(IpLiteral.parse("198.51.100.10"), 0)))) {
            send(client, 0, "before");
            own.setSoTimeout(300);
            assertThatThrownBy(() -> receive(own)).isInstanceOf(SocketTimeoutException.class);
            own.setSoTimeout(TIMEOUT_MS);
            server.start("run --vip 203.0.113.10").awaitReady();
            send(client, 0, "with it");
            assertThat(receive(own)).isEqualTo("with it");
        }
    }

    @ParameterizedTest(name = "arp_ignore was {0}")
    @ValueSource(strings = {"0", "3"})
    void shouldNotAnswerArpForVip(String arpIgnoreBefore) {
        server.up(state);
        Server.set("all/arp_ignore", arpIgnoreBefore);
        server.router().sh("cd /proc/sys/net/ipv4/neigh/lan; echo 50 > retrans_time_ms");
        sh("ip addr add 203.0.113.11/32 dev lo");
        assertThat(asked(server, OTHER_VIP)).as("what the agent is for").isEqualTo(Neighbour.State.REACHABLE);
        server.router().sh("ip neigh flush dev lan");
        server.start("run --vip 203.0.113.10 --vip 203.0.113.11").awaitReady();
        assertThat(asked(server, VIP)).isEqualTo(Neighbour.State.FAILED);
        assertThat(asked(server, OTHER_VIP)).isEqualTo(Neighbour.State.FAILED);
        assertThat(asked(server, OWN)).isEqualTo(Neighbour.State.REACHABLE);
    }

    @Test
    void shouldNotAnswerNeighbourSolicitationsForVip() {
        server.up(state);
        server.router().sh("echo 50 > /proc/sys/net/ipv6/neigh/lan/retrans_time_ms");
        sh("ip addr add 2001:db8:f::11/128 dev eth0");
        assertThat(asked(server, OTHER_VIP6)).as("on eth0 it would").isEqualTo(Neighbour.State.REACHABLE);
        server.start("run --vip 2001:db8:f::10").awaitReady();
        assertThat(asked(server, VIP6)).isEqualTo(Neighbour.State.FAILED);
        assertThat(asked(server, OWN6)).isEqualTo(Neighbour.State.REACHABLE);
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.10, 10.2.0.1", "2001:db8:f::10, 2001:db8:2::1"})
    void shouldNotAnnounceVipWhenItAsks(String vip, String router) throws IOException {
        server.up(state);
        IpFamily asIt = IpFamily.of(IpLiteral.parse(vip));
        server.start("run --vip " + vip).awaitReady();
        // a packet from the VIP makes the server ask for its next hop
        sh("ip neigh flush dev eth0");
        try (DatagramSocket socket = bound(IpLiteral.parse(vip));
                Rtnetlink kernel = server.router().call(Rtnetlink::open)) {
            socket.send(new DatagramPacket(new byte[1], 1, IpLiteral.parse(router), PORT));
            int lan = kernel.link("lan").orElseThrow().index();
            await(() -> kernel.neighbours().stream().anyMatch(it -> isUsableOf(it, asIt)), "the router heard of it");
            assertThat(kernel.neighbour(lan, IpLiteral.parse(vip)).filter(Neighbour::usable))
                    .isEmpty();
        }
    }

    /** In IPv6 the server may well ask by its link-local address. */
    private static boolean isUsableOf(Neighbour neighbour, IpFamily family) {
        return neighbour.usable() && IpFamily.of(neighbour.address()) == family;
    }

    /** What becomes of the router's question for an address. */
    private static Neighbour.State asked(Server server, InetAddress address) {
        Set<Neighbour.State> answers = EnumSet.of(Neighbour.State.REACHABLE, Neighbour.State.FAILED);
        try (Rtnetlink router = server.router().call(Rtnetlink::open)) {
            int lan = router.link("lan").orElseThrow().index();
            router.useNeighbour(lan, address);
            AtomicReference<Neighbour.State> found = new AtomicReference<>(Neighbour.State.NONE);
            await(
                    () -> {
                        router.neighbour(lan, address).ifPresent(neighbour -> found.set(neighbour.state()));
                        return answers.contains(found.get());
                    },
                    "an answer for " + address);
            return found.get();
        }
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    private static DatagramSocket bound(InetAddress address) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, PORT));
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }

    private static void send(DatagramSocket client, int typeOfService, String text) throws IOException {
        client.setTrafficClass(typeOfService);
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        client.send(new DatagramPacket(octets, octets.length, OWN, PORT));
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }
}
