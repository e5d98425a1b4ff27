package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.StatusRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages, good and bad, of real servers on loopback. */
@Timeout(60)
class HttpCheckTest {
    private static final HealthProbe.Http PAGE = page(null);
    private static final HealthProbe.Http OK = page("ok");

    private Asker asker;

    @BeforeEach
    void open() throws IOException {
        asker = new Asker();
    }

    @AfterEach
    void close() throws IOException {
        asker.close();
    }

    /** A row: the answer, then the outcome without and with a text that the body must have. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nfook                      | HTTP status 200 | body has 'ok'
        HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nfook                      | HTTP status 200 | body lacks 'ok'
        HTTP/1.1 200 OK\\r\\n\\r\\nnot o k, but ook                               | HTTP status 200 | body has 'ok'
        HTTP/1.1 200 OK\\r\\n\\r\\n                                               | HTTP status 200 | body lacks 'ok'
        HTTP/1.0 200\\r\\n\\r\\nok                                                | HTTP status 200 | body has 'ok'
        HTTP/1.1 204 \\n\\n                                                       | HTTP status 204 | body lacks 'ok'
        HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\no\\r\\n1;a=b\\r\\nk\\r\\n0\\r\\n\\r\\n | HTTP status 200 | body has 'ok'
        HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0A\\r\\n0123456789\\r\\n0\\r\\n\\r\\nok | HTTP status 200 | body lacks 'ok'
        HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nx\\r\\nok          | HTTP status 200 | chunk without a size
        HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\nok | HTTP status 200 | body has 'ok'
        HTTP/1.1 503 Busy\\r\\n\\r\\nok                                           | HTTP status 503, wanted 200-399 | HTTP status 503, wanted 200-399
        SSH-2.0-OpenSSH\\r\\n\\r\\n                                               | it does not speak HTTP/1: 'SSH-2.0-OpenSSH' | it does not speak HTTP/1
        HTTP/2 200\\r\\n\\r\\n                                                    | it does not speak HTTP/1: 'HTTP/2 200' | it does not speak HTTP/1
        HTTP/1.1 2x0 OK\\r\\n\\r\\n                                               | it does not speak HTTP/1: 'HTTP/1.1 2x0 OK' | it does not speak HTTP/1
        HTTP/1.1 200 OK\\r\\n folded: x\\r\\n\\r\\n                               | its answer has a field that is none: ' folded: x' | field that is none
        HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nok | its answer has the Content-Length '2' | Content-Length '2'
        HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\nok                     | its answer has the Content-Length '-1' | Content-Length '-1'
        HTTP/1.1 200 OK\\r\\nServer                                               | it closed the connection amid its answer | it closed the connection amid its answer
        ''                                                                      | it closed the connection without an answer | it closed the connection without an answer
        """)
    void shouldJudgeAnAnswer(String answer, String outcome, String withBody) throws IOException {
        try (Speaker server = Speaker.saying(answer.replace("\\r", "\r").replace("\\n", "\n"))) {
            assertThat(asker.ask(PAGE, server.port()).reason()).isEqualTo(outcome);
            assertThat(asker.ask(OK, server.port()).reason()).contains(withBody);
        }
    }

    @Test
    void shouldAskAsABrowserWould() throws IOException {
        HealthProbe.Http named = new HealthProbe.Http(
                false, "/ok?x=1", "www.example.org", List.of(new StatusRange(404, 404)), null, false);
        try (Speaker server = Speaker.saying("HTTP/1.1 404 Not Found\r\n\r\n")) {
            assertThat(asker.ask(named, server.port())).isEqualTo(Outcome.up("HTTP status 404"));
            assertThat(server.requests.remove().replace("\r\n", "\n")).isEqualTo("""
                    GET /ok?x=1 HTTP/1.1
                    Host: www.example.org
                    User-Agent: trigon-health
                    Accept: */*
                    Connection: close

                    """);
            asker.ask(PAGE, server.port());
            assertThat(server.requests.remove())
                    .startsWith("GET / HTTP/1.1\r\nHost: 203.0.113.10:" + server.port() + "\r\n");
        }
    }

    @Test
    void shouldFindATextAcrossPieces() throws IOException {
        try (Speaker server = new Speaker((connection, out) -> {
            connection.setTcpNoDelay(true);
            for (byte octet : "HTTP/1.1 200 OK\r\n\r\nooook".getBytes(StandardCharsets.US_ASCII)) {
                out.write(octet);
                Thread.sleep(1);
            }
        })) {
            assertThat(asker.ask(page("oook"), server.port()).kind()).isEqualTo(Outcome.Kind.UP);
        }
    }

    @Test
    void shouldSearchTheFirst64KibibytesAlone() throws IOException {
        String before = "x".repeat(HttpDialogue.SEARCHED_OCTETS - 2);
        try (Speaker just = Speaker.saying("HTTP/1.1 200 OK\r\n\r\n" + before + "ok");
                Speaker beyond = Speaker.saying("HTTP/1.1 200 OK\r\n\r\n" + before + "xok")) {
            assertThat(asker.ask(OK, just.port()).kind()).isEqualTo(Outcome.Kind.UP);
            assertThat(asker.ask(OK, beyond.port())).isEqualTo(Outcome.down("body lacks 'ok'"));
        }
    }

    @Test
    void shouldEndWithAServerThatSendsForEver() throws IOException {
        byte[] much = new byte[1 << 16];
        try (Speaker server = new Speaker((connection, out) -> {
            while (true) {
                out.write(much);
            }
        })) {
            assertThat(asker.ask(PAGE, server.port()))
                    .isEqualTo(Outcome.down("its answer's head is longer than 16 KiB"));
        }
    }

    @Test
    void shouldEndWithAServerThatSendsAnOctetNowAndThen() throws IOException {
        try (Speaker server = new Speaker((connection, out) -> {
            while (true) {
                out.write('H');
                Thread.sleep(50);
            }
        })) {
            assertThat(asker.ask(PAGE, server.port(), 300))
                    .isEqualTo(Outcome.down("its answer was not complete within 300 ms"));
        }
    }

    @Test
    void shouldEndWithAServerThatSaysNothing() throws IOException {
        try (Speaker server = new Speaker((connection, out) -> Thread.sleep(600))) {
            assertThat(asker.ask(PAGE, server.port(), 300))
                    .isEqualTo(Outcome.down("it accepted the connection, but no answer within 300 ms"));
        }
    }

    private static HealthProbe.Http page(String body) {
        return new HealthProbe.Http(
                false, HealthProbe.Http.DEFAULT_PATH, null, HealthProbe.Http.DEFAULT_EXPECT, body, false);
    }
}
