package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists that are longer than what anybody would hold. */
class FlowStreamTest {
    private static final long MILLION = 1_000_000;

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        rig.http.send("POST", "/v1/services", ControlRig.WEB);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    /** Of one that does not read, the server holds what its buffers hold, and looks at no further flow. */
    @Test
    void shouldWaitForItsReader() throws Exception {
        AtomicLong visited = endless();
        try (SocketChannel idle = ask("GET /v1/flows?limit=0 HTTP/1.1\r\nHost: vipd\r\n\r\n")) {
            assertThat(idle.isConnected()).isTrue();
            long before = -1;
            while (visited.get() == 0 || visited.get() != before) {
                before = visited.get();
                Thread.sleep(200);
            }
            assertThat(visited.get()).isLessThan(20_000);
        }
        awaitEndOfStreams();
    }

    @Test
    void shouldAnswerOthersWhileListsAreReadSlowlyAndBoundHowMany() throws Exception {
        endless();
        List<SocketChannel> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(ask("GET /v1/flows?limit=0 HTTP/1.1\r\nHost: vipd\r\n\r\n"));
            // its list has begun once there is something to read
            assertThat(readers.get(i).read(ByteBuffer.allocate(1))).isOne();
        }
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(rig.http.get("/v1/status").status()).isEqualTo(200);
            assertError(rig.http.get("/v1/flows"), 503, "the request");
        });
        for (SocketChannel reader : readers) {
            reader.close();
        }
        awaitEndOfStreams();
    }

    @Test
    void shouldNotEndAListThatBrokeOffAsIfItWereWhole() {
        rig.dataPath.flowSource = visitor -> {
            for (int i = 0; i < 10_000; i++) {
                visitor.accept(flow(1, 1));
            }
            throw new IllegalStateException("the table is gone");
        };
        assertThatThrownBy(() -> rig.http.get("/v1/flows?limit=0"))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("the last chunk is missing|a chunk broke off");
    }

    @Test
    void shouldVisitNoMoreThanWhatIsAskedFor() throws IOException {
        AtomicLong visited = endless();
        assertThat(ControlRig.json(rig.http.get("/v1/flows?limit=7"))).hasSize(7);
        assertThat(visited).hasValue(7);
    }

    /** More than a heap of this size would hold of them, were they kept. */
    @Test
    void shouldKeepNoMoreThanItsLimitWhileItSorts() throws IOException {
        rig.dataPath.flowSource = visitor -> {
            for (long i = 0; i < MILLION; i++) {
                visitor.accept(flow("198.51.100.10", 1, "web", 1, "established", i * 7_919 % MILLION));
            }
        };
        assertThat(ControlRig.json(rig.http.get("/v1/flows?sort=bytes&limit=3")).findValuesAsText("bytes"))
                .containsExactly("999999", "999998", "999997");
    }

    private AtomicLong endless() {
        AtomicLong visited = new AtomicLong();
        DataPath.Flow one = flow(1, 1);
        rig.dataPath.flowSource = visitor -> {
            while (true) {
                visited.incrementAndGet();
                visitor.accept(one);
            }
        };
        return visited;
    }

    private SocketChannel ask(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("run/vipd.sock")));
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    /** A reader that went away frees its place. */
    private void awaitEndOfStreams() {
        rig.dataPath.flowSource = null;
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            while (rig.http.get("/v1/flows").status() != 200) {
                Thread.sleep(20);
            }
        });
    }
}
