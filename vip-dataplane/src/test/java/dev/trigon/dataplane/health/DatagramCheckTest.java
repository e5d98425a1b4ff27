package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.dataplane.service.EscapedText;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthProbe.Dns.RecordType;
import dev.trigon.linux.libc.LibC;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datagrams and pings to real servers on loopback. */
@Timeout(60)
class DatagramCheckTest {
    private static final EscapedText PING = new EscapedText("ping\\x0a");
    private static final EscapedText ANY = new EscapedText("");

    private Asker asker;

    @BeforeEach
    void open() throws IOException {
        asker = new Asker();
    }

    @AfterEach
    void close() throws IOException {
        asker.close();
    }

    /** A server that answers each datagram with what is made of it, and not where that is null. */
    private static final class Answerer implements AutoCloseable {
        private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

        Answerer(UnaryOperator<byte[]> answer) throws IOException {
            Thread thread = new Thread(() -> run(answer), "answerer");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(UnaryOperator<byte[]> answer) {
            DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
            try {
                while (true) {
                    packet.setLength(1_500);
                    socket.receive(packet);
                    byte[] asked = Arrays.copyOf(packet.getData(), packet.getLength());
                    received.add(asked);
                    byte[] said = answer.apply(asked);
                    if (said != null) {
                        socket.send(new DatagramPacket(said, said.length, packet.getSocketAddress()));
                    }
                }
            } catch (IOException e) {
                // the test is over
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    @Test
    void shouldWantTheAnswerThatIsNamed() throws Exception {
        try (Answerer server = new Answerer(asked -> octets("+pong+"))) {
            int port = server.socket.getLocalPort();
            assertThat(asker.ask(new HealthProbe.Udp(PING, new EscapedText("\\x70ong")), port))
                    .isEqualTo(Outcome.up("it answered as wanted"));
            assertThat(server.received.take()).isEqualTo(octets("ping\n"));
            assertThat(asker.ask(new HealthProbe.Udp(PING, new EscapedText("song")), port))
                    .isEqualTo(Outcome.down("its answer lacks 'song'"));
            assertThat(asker.ask(new HealthProbe.Udp(PING, ANY), port).kind()).isEqualTo(Outcome.Kind.UP);
            assertThat(asker.ask(new HealthProbe.Udp(PING, null), port)).isEqualTo(Outcome.up("it answered"));
        }
    }

    @Test
    void shouldTakeAnEmptyAnswerForOne() throws Exception {
        try (Answerer server = new Answerer(asked -> new byte[0])) {
            assertThat(asker.ask(new HealthProbe.Udp(PING, ANY), server.socket.getLocalPort()))
                    .isEqualTo(Outcome.up("it answered as wanted"));
        }
    }

    @Test
    void shouldBeDownWithoutTheAnswerThatIsNamed() throws Exception {
        try (Answerer server = new Answerer(asked -> null)) {
            assertThat(asker.ask(new HealthProbe.Udp(PING, ANY), server.socket.getLocalPort(), 200))
                    .isEqualTo(Outcome.down("no answer within 200 ms"));
        }
    }

    @Test
    void shouldAskAPingWhereSilenceMayBeGood() throws Exception {
        assumeThat(LibC.geteuid()).as("a raw socket needs root").isZero();
        HealthProbe silent = new HealthProbe.Udp(PING, null);
        try (Answerer server = new Answerer(asked -> null)) {
            assertThat(asker.ask(silent, server.socket.getLocalPort(), 200))
                    .isEqualTo(Outcome.up("the port is not closed, and the host answers a ping"));
        }
        int closed;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertThat(asker.ask(silent, closed)).isEqualTo(Outcome.down("port unreachable"));
    }

    @Test
    void shouldPing() throws Exception {
        assumeThat(LibC.geteuid()).as("a raw socket needs root").isZero();
        HealthProbe ping = new HealthProbe.Icmp();
        assertThat(asker.ask(ping, 0)).isEqualTo(Outcome.up("it answered a ping"));
        assertThat(asker.ask(new Question(Asker.backend("::1"), 0, Asker.spec(ping, 5_000), asker.path())))
                .isEqualTo(Outcome.up("it answered a ping"));
    }

    /** A row: whether a name is asked for, the answer's code, and what comes of it. */
    @ParameterizedTest
    @CsvSource({
        "true,  0,  UP,   DNS answer NOERROR",
        "true,  3,  UP,   DNS answer NXDOMAIN",
        "true,  2,  DOWN, DNS answer SERVFAIL to the query for 'www.example.org'",
        "true,  5,  DOWN, DNS answer REFUSED to the query for 'www.example.org'",
        "true,  9,  DOWN, DNS answer code 9 to the query for 'www.example.org'",
        "false, 0,  UP,   DNS answer NOERROR",
        "false, 5,  UP,   DNS answer REFUSED",
        "false, 2,  DOWN, DNS answer SERVFAIL to the query for '.'"
    })
    void shouldJudgeADnsAnswer(boolean named, int rcode, Outcome.Kind kind, String reason) throws Exception {
        try (Answerer server = new Answerer(asked -> answer(asked, rcode))) {
            HealthProbe dns = new HealthProbe.Dns(named ? "www.example.org" : null, RecordType.A);
            assertThat(asker.ask(dns, server.socket.getLocalPort())).isEqualTo(new Outcome(kind, reason));
        }
    }

    @Test
    void shouldAskAsAResolverWould() throws Exception {
        try (Answerer server = new Answerer(asked -> answer(asked, 0))) {
            int port = server.socket.getLocalPort();
            asker.ask(new HealthProbe.Dns("a.bc.", RecordType.AAAA), port);
            assertThat(HexFormat.of().formatHex(server.received.take()).substring(4))
                    .isEqualTo("01000001000000000000" + "0161" + "026263" + "00" + "001c" + "0001");
            asker.ask(new HealthProbe.Dns(null, RecordType.A), port);
            assertThat(HexFormat.of().formatHex(server.received.take()).substring(4))
                    .isEqualTo("01000001000000000000" + "00" + "0001" + "0001");
        }
    }

    /** What is too short, has another id or is a query. */
    @Test
    void shouldLetPassWhatIsNoAnswer() throws Exception {
        HealthProbe dns = new HealthProbe.Dns(null, RecordType.A);
        for (UnaryOperator<byte[]> wrong : List.<UnaryOperator<byte[]>>of(
                asked -> Arrays.copyOf(answer(asked, 0), 11),
                asked -> answer(new byte[] {(byte) ~asked[0], asked[1], 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0),
                asked -> asked)) {
            try (Answerer server = new Answerer(wrong)) {
                assertThat(asker.ask(dns, server.socket.getLocalPort(), 100))
                        .isEqualTo(Outcome.down("no answer within 100 ms"));
            }
        }
    }

    private static byte[] answer(byte[] query, int rcode) {
        return ByteBuffer.wrap(query.clone())
                .putShort(2, (short) (0x8180 | rcode))
                .array();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
