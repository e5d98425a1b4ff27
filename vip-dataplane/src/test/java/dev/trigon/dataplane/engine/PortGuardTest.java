package dev.trigon.dataplane.engine;

import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.engine.PortGuard.Rule;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** With the real nft program and kernel; connections are a client's in a namespace of its own. */
@ExtendWith(NetworkNamespace.class)
class PortGuardTest {
    private static final InetAddress OWN = Specs.address("10.2.0.2");
    private static final InetAddress OWN6 = Specs.address("2001:db8:2::2");
    private static final ServiceSpec WEB = service("web")
            .vip("10.2.0.2")
            .ports(new PortRange(80, 80), new PortRange(8_000, 8_080))
            .spec();
    private static final ServiceSpec WEB6 = service("web6").vip("2001:db8:2::2").spec();
    private static final ServiceSpec ELSEWHERE =
            service("other").vip("203.0.113.10").spec();
    private static final Set<Rule> BOTH = PortGuard.rules(List.of(WEB, WEB6, ELSEWHERE), Set.of(OWN, OWN6));

    private static String tables() {
        return output("nft list tables");
    }

    /** What a client meets: "open", "refused" by the gateway's own stack, or "silence". */
    private static String knock(PeerNamespace client, InetAddress address, int port) {
        return client.call(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), 300);
                return "open";
            } catch (ConnectException e) {
                return "refused";
            } catch (SocketTimeoutException e) {
                return "silence";
            }
        });
    }

    @Test
    void shouldKeepTheKernelOffTheBalancedPortsAndNoOthers() throws IOException {
        try (PeerNamespace client = new PeerNamespace();
                ServerSocket ssh = new ServerSocket(22)) {
            assertThat(ssh.getLocalPort()).isEqualTo(22);
            sh("ip link add v0 type veth peer name v1 netns " + client.id());
            sh("ip addr add 10.2.0.2/24 dev v0; ip addr add 2001:db8:2::2/64 dev v0 nodad; ip link set v0 up");
            client.sh("ip addr add 10.2.0.1/24 dev v1; ip addr add 2001:db8:2::1/64 dev v1 nodad; ip link set v1 up");
            client.sh("until ping -qc1 -W1 2001:db8:2::2 >/dev/null; do :; done");
            assertThat(knock(client, OWN, 80)).isEqualTo("refused");

            PortGuard guard = PortGuard.ofGateway();
            guard.add(BOTH);
            guard.retain(BOTH);
            assertThat(knock(client, OWN, 80)).isEqualTo("silence");
            assertThat(knock(client, OWN, 8_080)).isEqualTo("silence");
            assertThat(knock(client, OWN6, 80)).isEqualTo("silence");
            assertThat(knock(client, OWN, 8_081)).isEqualTo("refused");
            assertThat(knock(client, OWN, 22)).isEqualTo("open");
            assertThat(knock(client, OWN6, 22)).isEqualTo("open");
            client.sh("ping -qc1 -W1 10.2.0.2");

            guard.retain(PortGuard.rules(List.of(WEB), Set.of(OWN)));
            assertThat(knock(client, OWN6, 80)).isEqualTo("refused");
            assertThat(knock(client, OWN, 80)).isEqualTo("silence");

            guard.clear();
            assertThat(knock(client, OWN, 80)).isEqualTo("refused");
            assertThat(tables()).isEmpty();
        }
    }

    @Test
    void shouldPutBackWhatSomebodyTookAwayOrChanged() {
        PortGuard guard = PortGuard.ofGateway();
        guard.add(BOTH);
        assertThat(guard.fault()).isNull();
        String installed = output("nft list ruleset");
        sh("nft flush ruleset");
        assertThat(guard.fault()).isEqualTo("table inet trigon_gateway is gone or changed");
        guard.repair();
        assertThat(guard.fault()).isNull();
        assertThat(output("nft list ruleset")).isEqualTo(installed);

        sh("nft flush chain inet trigon_gateway prerouting");
        guard.repair();
        assertThat(output("nft list ruleset")).isEqualTo(installed);

        guard.clear();
        guard.repair();
        assertThat(tables()).isEmpty();
    }

    @Test
    void shouldTakeOverOrRemoveWhatAKilledVipdLeft() {
        PortGuard.ofGateway().add(BOTH);
        PortGuard next = PortGuard.ofGateway();
        Set<Rule> web = PortGuard.rules(List.of(WEB), Set.of(OWN));
        next.add(web);
        next.retain(web);
        assertThat(output("nft list ruleset")).contains("10.2.0.2").doesNotContain("2001:db8");

        PortGuard last = PortGuard.ofGateway();
        last.retain(Set.of());
        assertThat(tables()).isEmpty();
    }

    @Test
    void shouldTouchNothingWhereNoVipIsTheGateways() {
        sh("nft add table inet others");
        PortGuard guard = PortGuard.ofGateway();
        guard.add(Set.of());
        guard.retain(PortGuard.rules(List.of(ELSEWHERE), Set.of(OWN)));
        guard.repair();
        guard.clear();
        assertThat(tables().strip()).isEqualTo("table inet others");
    }
}
