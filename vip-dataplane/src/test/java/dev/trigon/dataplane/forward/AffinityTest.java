package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same client, the same backend. */
class AffinityTest {
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final Duration TIME = Duration.ofMinutes(10);
    private static final Affinity CLIENT = new Affinity(TIME, 32, 128, null);

    private final Rig rig = new Rig();
    private int nextPort = 1_000;

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static Specs web() {
        return service("web")
                .affinity(CLIENT)
                .backend(1, "10.2.0.11", 1)
                .backend(2, "10.2.0.12", 1)
                .backend(3, "10.2.0.13", 1);
    }

    private int serverOf(String client, int port, int vipPort, int flags) {
        return Rig.server(rig.send(
                TestFrame.tcp().from(client, port).to("203.0.113.10", vipPort).flags(flags)));
    }

    /** A new connection, all of its handshake. */
    private int connect(String client, int vipPort) {
        int port = nextPort++;
        int server = serverOf(client, port, vipPort, SYN);
        assertThat(serverOf(client, port, vipPort, ACK)).isEqualTo(server);
        return server;
    }

    private int connect(String client) {
        return connect(client, 80);
    }

    @Test
    void shouldGiveAClientTheSameBackendAndOthersOthers() {
        rig.serve(web());
        Set<Integer> servers = new HashSet<>();
        for (int client = 1; client <= 30; client++) {
            String address = "198.51.100." + client;
            int server = connect(address);
            servers.add(server);
            for (int i = 0; i < 5; i++) {
                assertThat(connect(address)).isEqualTo(server);
            }
        }
        assertThat(servers).containsExactlyInAnyOrder(11, 12, 13);
        assertThat(rig.clientTable.size()).isEqualTo(30);
    }

    @Test
    void shouldGiveConnectionsThatAClientBeginsAtOnceToOneBackend() {
        rig.serve(web());

        Set<Integer> servers = new HashSet<>();
        for (int port = 1; port <= 6; port++) {
            servers.add(serverOf("198.51.100.1", port, 80, SYN));
        }

        assertThat(servers).hasSize(1);
        assertThat(rig.clientTable.size()).as("a SYN is not remembered").isZero();
    }

    @Test
    void shouldForgetAClientAfterItsTime() {
        rig.serve(web());
        assertThat(connect("198.51.100.1")).isEqualTo(11);
        assertThat(connect("198.51.100.2")).isEqualTo(12);
        rig.nowMs += TIME.toMillis() - 1;
        assertThat(connect("198.51.100.2")).isEqualTo(12);
        rig.nowMs += 1;

        assertThat(connect("198.51.100.1")).isEqualTo(13);
        assertThat(connect("198.51.100.2")).as("whose time began anew").isEqualTo(12);
    }

    @Test
    void shouldTakeClientsOfOnePrefixForOne() {
        rig.serve(web().affinity(new Affinity(TIME, 24, 64, null)));

        assertThat(connect("198.51.100.1")).isEqualTo(connect("198.51.100.254"));
        assertThat(connect("198.51.101.1")).isNotEqualTo(connect("198.51.100.1"));
        assertThat(rig.clientTable.size()).isEqualTo(2);
    }

    @Test
    void shouldTakeIpv6ClientsOfOnePrefixForOne() {
        rig.serve(service("web")
                .vip("2001:db8:f::10")
                .affinity(new Affinity(TIME, 32, 64, null))
                .backend(1, "2001:db8:2::11", 1)
                .backend(2, "2001:db8:2::12", 1));
        for (String client : new String[] {"2001:db8:c:1::1", "2001:db8:c:1:ffff::2", "2001:db8:c:2::1"}) {
            TestFrame frame = TestFrame.tcp().from(client, 1_000).to("2001:db8:f::10", 80);
            rig.send(frame.flags(SYN));
            rig.send(frame.flags(ACK));
        }

        assertThat(rig.clientTable.size()).isEqualTo(2);
    }

    @Test
    void shouldShareAClientsBackendAcrossAGroupByItsAddress() {
        Affinity shop = new Affinity(TIME, 32, 128, "shop");
        rig.serve(
                service("web").affinity(shop).backend(1, "10.2.0.11", 1).backend(2, "10.2.0.12", 1),
                service("tls")
                        .affinity(shop)
                        .ports(new PortRange(443, 443))
                        .backend(3, "10.2.0.12", 1)
                        .backend(4, "10.2.0.11", 1));

        for (int client = 1; client <= 20; client++) {
            String address = "198.51.100." + client;
            assertThat(connect(address, 443)).isEqualTo(connect(address, 80));
        }
    }

    @Test
    void shouldKeepServicesApartThatShareNoGroup() {
        rig.serve(
                web(),
                service("tls").affinity(CLIENT).ports(new PortRange(443, 443)).backend(4, "10.2.0.14", 1));
        connect("198.51.100.1", 80);

        assertThat(connect("198.51.100.1", 443)).isEqualTo(14);
        assertThat(rig.clientTable.size()).isEqualTo(2);
    }

    @Test
    void shouldKeepServicesApartByVipAndByProtocol() {
        PortRange dns = new PortRange(53, 53);
        rig.serve(
                service("a").ports(dns).affinity(CLIENT).backend(1, "10.2.0.11", 1),
                service("b").ports(dns).affinity(CLIENT).udp().backend(2, "10.2.0.12", 1),
                service("c").vip("203.0.113.20").ports(dns).affinity(CLIENT).backend(3, "10.2.0.13", 1));

        for (int flags : new int[] {SYN, ACK}) {
            rig.send(TestFrame.tcp().to("203.0.113.10", 53).flags(flags));
            rig.send(TestFrame.tcp().to("203.0.113.20", 53).flags(flags));
        }
        rig.send(TestFrame.udp().to("203.0.113.10", 53));

        assertThat(rig.clientTable.size()).isEqualTo(3);
    }

    @Test
    void shouldTellGroupsApartByTheOrderOfTheirLetters() {
        rig.serve(
                service("a").affinity(new Affinity(TIME, 32, 128, "shop")).backend(1, "10.2.0.11", 1),
                service("b")
                        .affinity(new Affinity(TIME, 32, 128, "hops"))
                        .ports(new PortRange(443, 443))
                        .backend(2, "10.2.0.12", 1));

        connect("198.51.100.1", 80);
        connect("198.51.100.1", 443);

        assertThat(rig.clientTable.size()).isEqualTo(2);
    }

    @Test
    void shouldNotGiveAClientToAServerThatIsNotOfTheService() {
        Affinity shop = new Affinity(TIME, 32, 128, "shop");
        rig.serve(
                service("web").affinity(shop).backend(1, "10.2.0.11", 1),
                service("tls").affinity(shop).ports(new PortRange(443, 443)).backend(2, "10.2.0.14", 1));

        assertThat(connect("198.51.100.1", 80)).isEqualTo(11);
        assertThat(connect("198.51.100.1", 443)).isEqualTo(14);
    }

    @Test
    void shouldGoByHashOfTheClientWhenNothingMayBeRemembered() throws Exception {
        try (Rig forgetful = Rig.remembering(0).serve(web())) {
            Set<Integer> servers = new HashSet<>();
            for (int port = 1_000; port < 1_050; port++) {
                TestFrame met = TestFrame.tcp().from("198.51.100.1", port).flags(ACK);
                servers.add(Rig.server(forgetful.send(met)));
            }

            assertThat(servers).hasSize(1);
        }
    }

    @Test
    void shouldNotBringAClientBackToABackendThatTakesNoNewFlows() {
        rig.serve(web());
        assertThat(connect("198.51.100.1")).isEqualTo(11);

        rig.serve(service("web")
                .affinity(CLIENT)
                .backend(1, "10.2.0.11", 1, BackendState.DRAINING)
                .backend(2, "10.2.0.12", 1));

        assertThat(connect("198.51.100.1")).isEqualTo(12);
        rig.serve(web());
        assertThat(connect("198.51.100.1")).as("it stays where it is now").isEqualTo(12);
    }

    @Test
    void shouldKeepAClientsBackendThroughARenaming() {
        rig.serve(web());
        assertThat(connect("198.51.100.1")).isEqualTo(11);
        assertThat(connect("198.51.100.2")).isEqualTo(12);

        rig.serve(service("shop").affinity(CLIENT).backend(2, "10.2.0.12", 1).backend(1, "10.2.0.11", 1));

        assertThat(connect("198.51.100.1")).isEqualTo(11);
        assertThat(connect("198.51.100.2")).isEqualTo(12);
    }

    @Test
    void shouldGoByHashOfTheClientWhenTheTableOfClientsIsFull() {
        for (int i = 0; i < 10_000; i++) {
            rig.clientTable.put(
                    new FlowKey().set(0, 0xFFFF_0000_0000L + i, 0, 1, 0, 0, 1),
                    new FlowRecord().set(99, FlowState.UDP, rig.nowMs));
        }
        rig.serve(web().maglev());

        int server = connect("198.51.100.1");
        for (int i = 0; i < 10; i++) {
            assertThat(connect("198.51.100.1")).isEqualTo(server);
        }
        rig.forwarder.observe();
        assertThat(rig.reading().of(Observed.AFFINITY_FULL)).isEqualTo(11);
    }
}
