package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.trigon.dataplane.service.HealthProbe;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages under TLS, of the JDK's server with a certificate that nobody signed. */
@Timeout(60)
class HttpsCheckTest {
    private static final String PASSWORD = "changeit";
    private static HttpsServer server;

    private Asker asker;

    @BeforeAll
    static void serve(@TempDir Path directory) throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(context(directory.resolve("keys.p12"))));
        server.createContext("/", exchange -> {
            byte[] page = ("x".repeat(40_000) + "ok").getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/busy") ? 503 : 200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
    }

    private static SSLContext context(Path keys) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=www.example.org",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @BeforeEach
    void open() throws IOException {
        asker = new Asker();
    }

    @AfterEach
    void close() throws IOException {
        asker.close();
    }

    @Test
    void shouldTakeAPageFromWhomever() throws IOException {
        assertThat(ask(page("/", "ok", false))).isEqualTo(Outcome.up("HTTP status 200, body has 'ok'"));
        assertThat(ask(page("/", "nowhere", false))).isEqualTo(Outcome.down("body lacks 'nowhere'"));
        assertThat(ask(page("/busy", null, false))).isEqualTo(Outcome.down("HTTP status 503, wanted 200-399"));
    }

    @Test
    void shouldWantACertificateThatIsTrustedWhereItIsToBeVerified() throws IOException {
        Outcome outcome = ask(page("/", null, true));
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DOWN);
        assertThat(outcome.reason()).startsWith("TLS: ").contains("certification path");
    }

    @Test
    void shouldSayThatAServerDoesNotSpeakTls() throws IOException {
        try (Speaker plain = new Speaker((connection, out) -> {})) {
            Outcome silent = asker.ask(page("/", null, false), plain.port(), 300);
            assertThat(silent.kind()).isEqualTo(Outcome.Kind.DOWN);
        }
        try (Speaker plain = new Speaker((connection, out) -> Thread.sleep(1_000));
                java.net.ServerSocket eager = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(asker.ask(page("/", null, false), plain.port(), 300))
                    .isEqualTo(Outcome.down("it accepted the connection, but no answer within 300 ms"));
            Thread thread = new Thread(() -> {
                try (java.net.Socket connection = eager.accept()) {
                    connection
                            .getOutputStream()
                            .write("220 mail.example.org ESMTP ready\r\n".getBytes(StandardCharsets.US_ASCII));
                    connection.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // it was reset, as it should be
                }
            });
            thread.start();
            Outcome outcome = asker.ask(page("/", null, false), eager.getLocalPort());
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DOWN);
            assertThat(outcome.reason()).startsWith("TLS: ");
        }
    }

    private Outcome ask(HealthProbe probe) throws IOException {
        return asker.ask(probe, server.getAddress().getPort());
    }

    private static HealthProbe page(String path, String body, boolean verify) {
        return new HealthProbe.Http(true, path, "www.example.org", HealthProbe.Http.DEFAULT_EXPECT, body, verify);
    }
}
