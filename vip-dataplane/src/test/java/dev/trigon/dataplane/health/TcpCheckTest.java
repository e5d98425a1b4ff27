package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Specs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections to real servers on loopback, and what is left of them. */
@Timeout(60)
class TcpCheckTest {
    private static final HealthProbe TCP = new HealthProbe.Tcp();

    private Asker asker;

    @BeforeEach
    void open() throws IOException {
        asker = new Asker();
    }

    @AfterEach
    void close() throws IOException {
        asker.close();
    }

    @Test
    void shouldBeUpWhereAConnectionIsAccepted() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(asker.ask(TCP, server.getLocalPort())).isEqualTo(Outcome.up("connection accepted"));
        }
    }

    @Test
    void shouldCloseByAnRst() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            asker.ask(TCP, server.getLocalPort());
            try (Socket connection = server.accept()) {
                assertThatThrownBy(() -> connection.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void shouldBeDownWhereNobodyListens() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertThat(asker.ask(TCP, port)).isEqualTo(Outcome.down("connection refused"));
    }

    /** A listener whose queue is full does not answer a SYN. */
    @Test
    void shouldBeDownWhereNobodyAnswers() throws IOException {
        List<SocketChannel> filling = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 4; i++) {
                SocketChannel one = SocketChannel.open();
                filling.add(one);
                one.configureBlocking(false);
                one.connect(server.getLocalSocketAddress());
            }
            assertThat(asker.ask(TCP, server.getLocalPort(), 200)).isEqualTo(Outcome.down("no answer within 200 ms"));
        } finally {
            for (SocketChannel one : filling) {
                one.close();
            }
        }
    }

    @Test
    void shouldSayWhatTheGatewayLacks() throws IOException {
        Question question = new Question(Asker.BACKEND, 80, Asker.spec(TCP, 200), new LackingPath());
        assertThat(asker.ask(question)).isEqualTo(Outcome.notMade("no port is left"));
        Question ping = new Question(Asker.BACKEND, 0, Asker.spec(new HealthProbe.Icmp(), 200), new LackingPath());
        assertThat(asker.ask(ping)).isEqualTo(Outcome.notMade("no identifier is left"));
    }

    /** What is bound is let go once, after the channel is closed for good. */
    @Test
    void shouldReleaseItsLeaseAfterTheChannel() throws IOException {
        LeasingPath path = new LeasingPath();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            asker.ask(new Question(Asker.BACKEND, server.getLocalPort(), Asker.spec(TCP, 200), path));
            assertThat(path.seen).containsExactly("bound non-blocking TCP", "released open=false registered=false");
        }
    }

    @Test
    void shouldCheckIpv6() throws IOException {
        Probed six = new Probed(
                1, "web6", "b1", Specs.address("::1"), Specs.address("2001:db8:f::10"), ForwardMode.L2DSR, 0);
        try (ServerSocket server = new ServerSocket(0, 1, Specs.address("::1"))) {
            assertThat(asker.ask(new Question(six, server.getLocalPort(), Asker.spec(TCP, 200), asker.path())))
                    .isEqualTo(Outcome.up("connection accepted"));
        }
    }

    private static final class LackingPath implements CheckPath {
        @Override
        public InetAddress target(Probed backend) {
            return backend.address();
        }

        @Override
        public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) throws IOException {
            throw new IOException("no port is left");
        }

        @Override
        public Lease echo(Probed backend, Runnable replied) throws IOException {
            throw new IOException("no identifier is left");
        }
    }

    private static final class LeasingPath implements CheckPath {
        private final List<String> seen = new ArrayList<>();

        @Override
        public InetAddress target(Probed backend) {
            return backend.address();
        }

        @Override
        public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) {
            SelectableChannel selectable = (SelectableChannel) channel;
            seen.add("bound " + (selectable.isBlocking() ? "" : "non-") + "blocking " + protocol);
            return () -> seen.add("released open=" + selectable.isOpen() + " registered=" + selectable.isRegistered());
        }

        @Override
        public Lease echo(Probed backend, Runnable replied) {
            return Lease.NOTHING;
        }
    }
}
