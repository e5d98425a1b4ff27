package dev.trigon.dataplane.doctor.canary;

import static dev.trigon.dataplane.doctor.canary.CanaryScene.HOPS;
import static dev.trigon.dataplane.doctor.canary.CanaryScene.SERVER_MAC;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.linux.NetworkNamespace;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against real kernels, the gateway's and a server's. */
@ExtendWith(NetworkNamespace.class)
class FlightTest {
    private static Answer heard(Kind kind, InetAddress from, String said) {
        return new Answer(kind, from, SERVER_MAC, HOPS, said);
    }

    private static Answer heard(Kind kind, InetAddress from) {
        return heard(kind, from, "");
    }

    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void shouldHearAServerThatHasTheVip(boolean v6, boolean layer3) {
        try (CanaryScene scene = new CanaryScene(v6, layer3)) {
            scene.takeVip();
            if (layer3) {
                scene.restoreVip();
            }
            scene.listen(scene.vip);
            Map<Canary, Answer> answers =
                    scene.answers(List.of(scene.ping(), scene.connection(), scene.pingOwn(), scene.connectionToOwn()));

            assertThat(answers)
                    .containsEntry(scene.ping(), heard(Kind.TAKEN, scene.vip))
                    .containsEntry(scene.connection(), heard(Kind.TAKEN, scene.vip))
                    .containsEntry(scene.pingOwn(), heard(Kind.TAKEN, scene.server))
                    .containsEntry(scene.connectionToOwn(), heard(Kind.REFUSED, scene.server))
                    .hasSize(4);
            scene.shouldHaveNoConnection();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHearNothingOfAServerThatLacksTheVip(boolean v6) {
        try (CanaryScene scene = new CanaryScene(v6, false)) {
            scene.listen(scene.server);
            Map<Canary, Answer> answers =
                    scene.answers(List.of(scene.ping(), scene.connection(), scene.connectionToOwn()));

            // this one has no route for it: IPv6 says so, IPv4 does not
            Answer toVip = v6 ? heard(Kind.UNREACHABLE, scene.server, "no route") : Answer.SILENCE;
            assertThat(answers)
                    .containsEntry(scene.ping(), toVip)
                    .containsEntry(scene.connection(), toVip)
                    .containsEntry(scene.connectionToOwn(), heard(Kind.TAKEN, scene.server));
            scene.shouldHaveNoConnection();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHearAServerThatWouldSendItOn(boolean v6) {
        try (CanaryScene scene = new CanaryScene(v6, false)) {
            scene.peer.sh("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
            scene.peer.sh("ip route add " + scene.vip.getHostAddress() + " via " + scene.own.getHostAddress());

            assertThat(scene.answer(scene.ping())).isEqualTo(heard(Kind.PASSED_ON, scene.server, "time exceeded"));
        }
    }

    @Test
    void shouldHearAServerThatDoesNotRestoreTheVip() {
        try (CanaryScene scene = new CanaryScene(false, true)) {
            scene.takeVip();
            scene.listen(scene.server);
            assertThat(scene.answer(scene.ping())).isEqualTo(heard(Kind.TAKEN, scene.server));
            assertThat(scene.answer(scene.connection())).isEqualTo(heard(Kind.TAKEN, scene.server));
            scene.shouldHaveNoConnection();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHearAProgramThatListensElsewhere(boolean v6) {
        try (CanaryScene scene = new CanaryScene(v6, false)) {
            scene.takeVip();
            scene.listen(scene.server);
            assertThat(scene.answer(scene.connection())).isEqualTo(heard(Kind.REFUSED, scene.vip));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHearAFirewallThatSaysNo(boolean v6) {
        try (CanaryScene scene = new CanaryScene(v6, false)) {
            scene.takeVip();
            scene.peer.sh("nft 'add table inet t; add chain inet t c { type filter hook input priority 0; };"
                    + " add rule inet t c tcp dport 80 reject'");

            assertThat(scene.answer(scene.connection()))
                    .isEqualTo(heard(Kind.UNREACHABLE, scene.vip, "port unreachable"));
        }
    }

    /** The kernel drops the answers, which does not matter: they are heard before. */
    @Test
    void shouldHearWhatTheGatewaysKernelWouldDrop() {
        try (CanaryScene scene = new CanaryScene(false, false)) {
            scene.takeVip();
            sh("sysctl -qw net.ipv4.conf.all.rp_filter=1");
            assertThat(scene.answer(scene.ping())).isEqualTo(heard(Kind.TAKEN, scene.vip));

            sh("ip route del blackhole " + scene.vip.getHostAddress() + "; ip addr add " + scene.vip.getHostAddress()
                    + "/32 dev v0");
            assertThat(scene.answer(scene.ping())).isEqualTo(heard(Kind.TAKEN, scene.vip));
        }
    }

    @Test
    void shouldSayWhatIsNotSent() {
        try (CanaryScene scene = new CanaryScene(false, false)) {
            Canary nobodys = new Canary(9, scene.own, scene.vip, true, Canary.NONE, HOPS);

            Answer answer = scene.answer(nobodys);

            assertThat(answer.kind()).isEqualTo(Kind.NOT_SENT);
            assertThat(answer.said()).contains("configured no more");
        }
    }

    /** Hundreds of servers are asked, and each answer is known to be its own. */
    @Test
    void shouldKnowManyApart() {
        try (CanaryScene scene = new CanaryScene(false, false)) {
            scene.takeVip();
            scene.listen(scene.vip);
            List<Canary> many = new ArrayList<>();
            for (int port = 1; port <= 400; port++) {
                many.add(new Canary(1, scene.own, scene.vip, true, port, HOPS));
            }
            long startNs = System.nanoTime();
            Map<Canary, Answer> answers = scene.answers(many);

            assertThat(System.nanoTime() - startNs).isLessThan(3_000_000_000L);
            assertThat(answers).hasSize(400);
            answers.forEach((canary, answer) -> assertThat(answer)
                    .as("port %d", canary.port())
                    .isEqualTo(heard(canary.port() == CanaryScene.PORT ? Kind.TAKEN : Kind.REFUSED, scene.vip)));
        }
    }
}
