package dev.trigon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * L3DSR's way back, for all that a kernel sends: the router is a gateway as well, by stateless rules of its own that address
 * what it sends to a VIP to the server, with the VIP's code.
 */
@ExtendWith(NetworkNamespace.class)
class RestoreTest {
    private static final String VIP = "203.0.113.10";
    private static final String VIP6 = "2001:db8:f::10";
    private static final int PORT = 5353;
    private static final int TIMEOUT_MS = 5_000;
    private static final int LARGEST_UDP_IN_IPV4 = 65_507;

    private final Server server = new Server();

    @TempDir
    private Path state;

    void up() {
        server.up(state);
        for (String[] gateway : new String[][] {{"ip", VIP, "10.2.0.11"}, {"ip6", VIP6, "2001:db8:2::11"}}) {
            server.router()
                    .sh(
                            "nft 'table %1$s gateway { chain output { type route hook output priority raw; }; }; add rule %1$s gateway output %1$s daddr %2$s %1$s dscp set 5 %1$s daddr set %3$s'"
                                    .formatted((Object[]) gateway));
        }
        server.start("run --vip " + VIP + " --vip " + VIP6 + " --forward l3dsr --dscp 5 --dscp 5")
                .awaitReady();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest(name = "{0}, checksums by the sender: {1}")
    @CsvSource({VIP + ", off", VIP + ", on", VIP6 + ", off", VIP6 + ", on"})
    void shouldRestoreTcp(String vip, String offload) throws IOException {
        up();
        server.router().sh("ethtool -K lan tx " + offload);
        byte[] sent = random(1 << 20);
        try (ServerSocket listening = new ServerSocket(PORT, 1, IpLiteral.parse(vip));
                Socket client = server.router().call(Socket::new)) {
            client.connect(new InetSocketAddress(vip, PORT), TIMEOUT_MS);
            try (Socket accepted = listening.accept()) {
                accepted.setSoTimeout(TIMEOUT_MS);
                Thread sender = new Thread(() -> send(client, sent), "upload");
                sender.start();
                assertThat(accepted.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} octets")
    @CsvSource({
        VIP + ", 0",
        VIP + ", 1400",
        VIP + ", 8000",
        VIP + ", " + LARGEST_UDP_IN_IPV4,
        VIP6 + ", 0",
        VIP6 + ", 1400",
        VIP6 + ", 8000",
        VIP6 + ", " + LARGEST_UDP_IN_IPV4
    })
    void shouldRestoreDatagramsAndTheirFragments(String vip, int octets) throws IOException {
        up();
        byte[] sent = random(octets);
        try (DatagramSocket socket = bound(vip);
                DatagramSocket client = server.router().call(DatagramSocket::new)) {
            client.send(new DatagramPacket(sent, octets, IpLiteral.parse(vip), PORT));
            DatagramPacket received = new DatagramPacket(new byte[1 << 16], 1 << 16);
            socket.receive(received);
            assertThat(received.getLength()).isEqualTo(octets);
            assertThat(Arrays.copyOf(received.getData(), octets)).isEqualTo(sent);
        }
    }

    @Test
    void shouldRestoreEchoRequestsAndTheirFragments() {
        up();
        for (String vip : new String[] {VIP, VIP6}) {
            for (int octets : new int[] {56, 4000}) {
                server.router().sh("ping -c 1 -W 2 -s " + octets + " " + vip);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({VIP + ", 10.2.0.1", VIP6 + ", 2001:db8:2::1"})
    void shouldRestoreErrors(String vip, String client) throws IOException {
        up();
        InetAddress closed = IpLiteral.parse(client);
        try (DatagramSocket socket = bound(vip)) {
            socket.connect(closed, PORT + 1);
            socket.send(new DatagramPacket(new byte[1], 1));
            assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[1], 1)))
                    .isInstanceOf(PortUnreachableException.class);
        }
    }

    private static DatagramSocket bound(String vip) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(vip, PORT));
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }

    private static void send(Socket client, byte[] octets) {
        try {
            client.getOutputStream().write(octets);
        } catch (IOException e) {
            // the receiver says what is missing
        }
    }

    private static byte[] random(int octets) {
        byte[] bytes = new byte[octets];
        new Random(octets).nextBytes(bytes);
        return bytes;
    }
}
