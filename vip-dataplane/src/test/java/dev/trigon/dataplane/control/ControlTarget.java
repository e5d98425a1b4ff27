package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * Requests to the control API, several an input, through all of Jetty but its socket: each is answered in JSON, none with an
 * error of vipd's own; one that is refused changes nothing; what is in force is what is saved, and what is exported can be
 * applied and changes nothing. And services.json, which may have been tampered with.
 *
 * <p>An input is requests, apart by an octet of 0, each a method, a blank, a path with its query, a line's end and a body. One
 * that begins with an octet of 1 is services.json.
 */
public final class ControlTarget implements FuzzTarget {
    private static final int MOST_REQUESTS = 8;
    private static final int FILE = 1;
    private static final int PATIENCE_S = 5;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Server server = server();
    private final LocalConnector connector = new LocalConnector(server);
    private final Path directory;
    private final ServicesStore store;
    private final Set<Integer> met = new TreeSet<>();
    private FakeDataPath dataPath = new FakeDataPath();
    private ServiceRegistry registry;
    private ControlHandler handler;

    public ControlTarget() {
        try {
            // forced to the disk with every change: memory will do
            Path memory = Path.of("/dev/shm");
            directory = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "trigon-fuzz")
                    : Files.createTempDirectory("trigon-fuzz");
            store = new ServicesStore(directory);
            Runtime.getRuntime().addShutdownHook(new Thread(this::removeDirectory));
            server.addConnector(connector);
            server.setHandler(new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) {
                    return handler.handle(request, response, callback);
                }
            });
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** One whose threads end with the program. */
    private static Server server() {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setDaemon(true);
        return new Server(threads, new ScheduledExecutorScheduler("fuzz", true), null);
    }

    private void removeHistory() throws IOException {
        Path history = directory.resolve(History.DIRECTORY);
        if (Files.isDirectory(history)) {
            try (Stream<Path> files = Files.list(history)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(history);
        }
    }

    private void removeDirectory() {
        try {
            removeHistory();
            for (String name : List.of(ServicesStore.FILE, ServicesStore.FILE + ".new", "")) {
                Files.deleteIfExists(directory.resolve(name));
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    @Override
    public List<byte[]> seeds() {
        return ControlSeeds.all();
    }

    @Override
    public void accept(byte[] octets) throws Exception {
        Files.deleteIfExists(store.file());
        if (octets.length > 0 && octets[0] == FILE) {
            load(Arrays.copyOfRange(octets, 1, octets.length));
            return;
        }
        begin();
        int at = 0;
        for (int i = 0; i < MOST_REQUESTS && at < octets.length; i++) {
            int end = at;
            while (end < octets.length && octets[end] != 0) {
                end++;
            }
            request(Arrays.copyOfRange(octets, at, end));
            at = end + 1;
        }
        applyWhatIsExported();
    }

    private void begin() throws Exception {
        dataPath = new FakeDataPath();
        dataPath.flows.add(new DataPath.Flow(
                Protocol.TCP,
                InetAddress.getByName("198.51.100.10"),
                40_000,
                InetAddress.getByName("203.0.113.10"),
                80,
                "web",
                1,
                "established",
                3,
                10,
                1_000));
        removeHistory();
        registry = new ServiceRegistry(
                store, History.open(directory), ServicesState.EMPTY, dataPath, new Clocks(System::nanoTime, () -> 0));
        handler = new ControlHandler(
                ControlServer.routes(registry, dataPath, new EventLog(Clock.systemUTC()), "1.2.3", () -> 42));
        handler.setServer(server);
    }

    private void request(byte[] octets) throws Exception {
        int line = 0;
        while (line < octets.length && octets[line] != '\n') {
            line++;
        }
        byte[] body = Arrays.copyOfRange(octets, Math.min(octets.length, line + 1), octets.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(octets, 0, line);
        out.writeBytes((" HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body);
        List<ServiceSpec> before = registry.services();
        ByteBuffer answer = connector.getResponse(ByteBuffer.wrap(out.toByteArray()), PATIENCE_S, TimeUnit.SECONDS);
        Expect.that(answer != null && answer.remaining() > 12, "no answer");
        check(StandardCharsets.UTF_8.decode(answer).toString(), before);
    }

    private void check(String answer, List<ServiceSpec> before) throws IOException {
        int status = Integer.parseInt(answer.substring(9, 12));
        met.add(status);
        Expect.that(status != 500, "an error of vipd's own:\n" + answer);
        if (status >= 400) {
            Expect.same(before, registry.services(), "services after a refused request");
        }
        UnixHttp.Reply reply = UnixHttp.reply(answer);
        if (!reply.body().isEmpty() && answer.contains("application/json")) {
            JsonNode body = MAPPER.readTree(reply.body());
            if (status >= 400) {
                JsonNode error = body.path("error");
                boolean whole = error.hasNonNull("what") && error.hasNonNull("why") && error.hasNonNull("remedy");
                Expect.that(whole, "a refusal that does not say what, why and what to do:\n" + answer);
            }
        }
        if (!dataPath.published.isEmpty()) {
            Expect.same(dataPath.inForce(), registry.services(), "what is in force");
        }
    }

    private void applyWhatIsExported() throws Refusal {
        List<ServiceSpec> before = registry.services();
        if (!dataPath.published.isEmpty()) {
            Expect.same(before, store.load().services(), "what is saved");
        }
        byte[] exported = Json.octets(Views.configuration(before));
        List<ServiceDraft> drafts = ServiceReader.services(exported, Source.file("export"));
        Expect.same(before, registry.change(present -> drafts).after(), "services after their own export");
    }

    /** A file that was tampered with is refused, or what it says can be saved again and is the same then. */
    private void load(byte[] file) throws IOException {
        Files.write(store.file(), file);
        try {
            ServicesState state = store.load();
            store.save(state);
            Expect.same(state, store.load(), "services saved again");
            met.add(FILE);
        } catch (Refusal e) {
            met.add(0);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException(e);
        }
        removeDirectory();
    }

    @Override
    public void assertReach() {
        assertThat(met).contains(0, FILE, 200, 201, 400, 404, 405, 409, 422);
    }
}
