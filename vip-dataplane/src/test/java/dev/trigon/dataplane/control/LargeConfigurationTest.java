package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As much as a request may carry, and what is too much or no text at all. */
class LargeConfigurationTest {
    private static final String CONFIGURATION = "/v1/configuration?source=services.yaml";
    private static final int BACKENDS = 10_000;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = ControlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    /** Ten services of a thousand backends, each field written out. */
    private static String tenThousand(int weight) {
        StringBuilder file = new StringBuilder("services:\n");
        for (int service = 0; service < 10; service++) {
            file.append("  - name: service-")
                    .append(service)
                    .append("\n    vip: 203.0.113.")
                    .append(service + 1);
            file.append("\n    protocol: tcp\n    ports:\n      - 80\n    forward: l2dsr\n    scheduler: maglev\n");
            file.append("    backends:\n");
            for (int backend = 0; backend < BACKENDS / 10; backend++) {
                file.append("      - name: backend-").append(backend).append("\n        address: 10.");
                file.append(service + 100)
                        .append('.')
                        .append(100 + backend / 250)
                        .append('.')
                        .append(1 + backend % 250);
                file.append("\n        weight: ").append(weight).append("\n        state: draining\n");
            }
        }
        return file.toString();
    }

    @Test
    void shouldTakeTenThousandBackendsAsYamlAndAsJson() throws IOException, Refusal {
        UnixHttp.Reply applied =
                assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, tenThousand(100)));

        assertThat(applied.status()).as(applied.body()).isEqualTo(200);
        String json = rig.http.get("/v1/configuration").body();
        assertThat(json.length()).isGreaterThan(1 << 20).isLessThan(ControlApi.MAX_REQUEST_OCTETS);
        UnixHttp.Reply same = assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, json));
        assertThat(json(same).get("unchanged")).hasSize(10);
        UnixHttp.Reply plan =
                assertTimeoutPreemptively(SOON, () -> rig.http.send("POST", "/v1/configuration/plan", tenThousand(7)));
        assertThat(json(plan).findValues("field")).hasSize(BACKENDS);
        assertThat(ServiceRegistry.open(rig.state, new FakeDataPath()).services())
                .isEqualTo(rig.registry.services());
    }

    @Test
    void shouldRefuseWhatIsTooLargeWithoutReadingIt() throws IOException {
        UnixHttp.Reply reply = assertTimeoutPreemptively(
                SOON,
                () -> rig.http.raw(
                        "PUT /v1/configuration HTTP/1.1\r\nHost: vipd\r\nContent-Length: 1073741824\r\n\r\n"));
        assertError(reply, 413, "the request");
        assertThat(line(reply)).isEqualTo("the request: it is larger than 4 MiB; send less at once");
    }

    @Test
    void shouldRefuseMoreServicesThanItHasMemoryFor() throws IOException {
        StringBuilder file = new StringBuilder("services:\n");
        for (int i = 1; i <= 10_001; i++) {
            file.append("- {name: s%d, vip: 203.0.113.1, protocol: tcp, ports: %d}\n".formatted(i, i));
        }
        assertThat(line(rig.http.send("PUT", CONFIGURATION, file.toString())))
                .isEqualTo(
                        "the services: there would be 10001 of them, and vipd has memory for 10000; have no more than"
                                + " that: a service may have many ports");
    }

    @Test
    void shouldTakeTenThousandServices() throws IOException {
        StringBuilder file = new StringBuilder("services:\n");
        for (int i = 0; i < 10_000; i++) {
            file.append("- {name: s%d, vip: 198.18.%d.%d, protocol: tcp, ports: 80, scheduler: maglev, backends: "
                            .formatted(i, i / 250, 1 + i % 250))
                    .append("[{name: b1, address: 10.2.%d.%d}]}\n".formatted(i / 250, 1 + i % 250));
        }
        UnixHttp.Reply reply =
                assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, file.toString()));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        UnixHttp.Reply changed = rig.http.send("PATCH", "/v1/services/s0/backends/b1", "{\"weight\": 7}");
        assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    }

    /** As operators replace all servers again and again, while the old ones drain. */
    @Test
    void shouldNotTakeLongerBecauseManyDrain() throws IOException {
        for (int round = 0; round < 4; round++) {
            String file = tenThousand(100).replace("address: 10.", "address: " + (11 + round) + ".");
            UnixHttp.Reply reply = assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, file));
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        }
        assertThat(rig.registry.state().former()).hasSize(3 * BACKENDS);
    }

    @Test
    void shouldRefuseMoreValuesThanItHasMemoryFor() throws IOException {
        String many = "{\"services\": [" + "1,".repeat(2_000_000) + "1]}";
        UnixHttp.Reply reply = assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, many));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(line(reply)).isEqualTo("services.yaml line 1: it has more than 1000000 values; give less at once");
    }

    @Test
    void shouldNameTheLineOfWhatIsNoUtf8() throws IOException {
        byte[] head = "PUT %s HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
                .formatted(CONFIGURATION)
                .getBytes(StandardCharsets.US_ASCII);
        byte[] body = "services:\n- name: x\n".getBytes(StandardCharsets.US_ASCII);
        body[18] = (byte) 0xE9;
        String answer = raw(head, body);
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(line(UnixHttp.reply(answer)))
                .isEqualTo("services.yaml line 2: it is not valid UTF-8 from its octet 19 on; save it as UTF-8");
    }

    private String raw(byte[]... parts) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("run/vipd.sock")));
            for (byte[] part : parts) {
                channel.write(ByteBuffer.wrap(part));
            }
            ByteBuffer answer = ByteBuffer.allocate(8_192);
            while (channel.read(answer) >= 0 && answer.hasRemaining()) {
                Thread.onSpinWait();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    /** Nine times nine aliases of aliases: of what would be billions of services none is made. */
    @Test
    void shouldRefuseAliases() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", List.of(alias, alias, alias, alias))));
        }
        bomb.append("services: *a9\n");
        UnixHttp.Reply reply =
                assertTimeoutPreemptively(SOON, () -> rig.http.send("PUT", CONFIGURATION, bomb.toString()));
        assertThat(line(reply))
                .isEqualTo("services.yaml line 2: aliases (*name) are not understood; write the value out");
        String merged = "x: &x {name: a}\nservices:\n- {<<: *x, vip: 203.0.113.1}\n";
        assertThat(line(rig.http.send("PUT", CONFIGURATION, merged)))
                .startsWith("services.yaml line 3: aliases (*name) are not understood");
    }

    /** Two may be under way. Whoever sends a third is told so, and who asks for little is answered. */
    @Test
    void shouldTakeFewLargeOnesAtOnce() throws IOException {
        String begin = "PUT /v1/configuration HTTP/1.1\r\nHost: vipd\r\nContent-Length: 100000\r\n\r\nservices:";
        List<SocketChannel> slow = new ArrayList<>();
        try {
            String large = "services: []\n" + "# \n".repeat(40_000);
            UnixHttp.Reply reply = rig.http.send("PUT", CONFIGURATION, large);
            // who is slow may be met after who is not, and is then the third
            for (int i = 0; i < 10 && reply.status() == 200; i++) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                slow.add(channel);
                channel.connect(UnixDomainSocketAddress.of(directory.resolve("run/vipd.sock")));
                channel.write(ByteBuffer.wrap(begin.getBytes(StandardCharsets.US_ASCII)));
                reply = rig.http.send("PUT", CONFIGURATION, large);
            }
            assertThat(slow).hasSizeGreaterThanOrEqualTo(2);
            assertError(reply, 503, "the request");
            assertThat(rig.http.send("PUT", CONFIGURATION, "services: []").status())
                    .isEqualTo(200);
        } finally {
            for (SocketChannel channel : slow) {
                channel.close();
            }
        }
        String large = "services: []\n" + "# \n".repeat(40_000);
        assertTimeoutPreemptively(SOON, () -> {
            while (rig.http.send("PUT", CONFIGURATION, large).status() != 200) {
                Thread.onSpinWait();
            }
        });
    }
}
