package dev.trigon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs the commands that people wait for most, against answers that are always the same, so that the JVM has loaded their
 * classes when it writes its archive of them (scripts/vipctl-archive).
 */
@Command(name = "rehearse", hidden = true, description = "Load the classes of other commands.")
final class Rehearse implements Callable<Integer> {
    private static final List<String> COMMAND_LINES = List.of(
            "service list",
            "service show web",
            "backend list web",
            "status",
            "counters",
            "flows list",
            "flows count",
            "service list -o json",
            "service list -o yaml",
            "service --help");

    private static final String BACKEND = """
        {"service":"web","name":"b1","address":"10.2.0.11","weight":100,"state":"up","activeFlows":1,"packets":2,"bytes":3}\
        """;

    private static final String SERVICE = """
        {"name":"web","vip":"203.0.113.10","protocol":"tcp","ports":[80,"8000-8100"],"forward":"l3dsr","dscp":1,
         "scheduler":"maglev","timeouts":{"syn":"30s"},"whenDown":"reset","handshakeSeconds":30,"backends":[%s]}\
        """.formatted(BACKEND);

    private static final Map<String, String> ANSWERS = Map.of(
            "/v1/services",
            "[" + SERVICE + "]",
            "/v1/services/web",
            SERVICE,
            "/v1/services/web/backends",
            "[" + BACKEND + "]",
            "/v1/services/web/backends/b1",
            BACKEND,
            "/v1/status",
            """
            {"version":"0","uptimeSeconds":1,"engine":"pcap","engineReason":"-","interfaces":["eth0"],"workers":1,"services":1,
             "activeFlows":1,"maxFlows":2,"arms":[{"interface":"eth0","state":"up","engine":"pcap"}]}\
            """,
            "/v1/counters",
            """
            {"received":1,"forwarded":1,"answered":0,"passed":0,"waiting":0,"dropped":{"truncated":0},"other":{}}\
            """,
            "/v1/flows",
            """
            [{"protocol":"tcp","client":"198.51.100.10:40000","vip":"203.0.113.10:80","service":"web","backend":"b1",
              "state":"established","idleSeconds":1,"packets":2,"bytes":3}]\
            """,
            "/v1/flows/count",
            """
            {"active":1,"max":2}\
            """);

    @Override
    public Integer call() throws IOException {
        Path directory = Files.createTempDirectory("vipctl");
        Path socket = directory.resolve("vipd.sock");
        try (ServerSocketChannel vipd = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            vipd.bind(UnixDomainSocketAddress.of(socket));
            Thread answering = new Thread(() -> answerEach(vipd), "answers");
            answering.setDaemon(true);
            answering.start();
            return run(socket);
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    private static int run(Path socket) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        int worst = 0;
        for (String line : COMMAND_LINES) {
            int exitCode = Vipctl.run(
                    nowhere,
                    nowhere,
                    new Surroundings(
                            Map.of("VIPCTL_SOCKET", socket.toString()), false, null, System::nanoTime, ns -> {}),
                    line.split(" ", -1));
            worst = Math.max(worst, exitCode);
        }
        return worst;
    }

    /** Until the socket is closed. */
    private static void answerEach(ServerSocketChannel vipd) {
        try {
            while (vipd.isOpen()) {
                try (SocketChannel asked = vipd.accept()) {
                    answer(asked);
                }
            }
        } catch (AsynchronousCloseException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(SocketChannel asked) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(4096);
        String text = "";
        while (!text.contains("\r\n\r\n") && asked.read(request) >= 0) {
            text = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
        }
        String path = text.replaceFirst("(?s)^[A-Z]+ ([^ ?]*).*", "$1");
        byte[] body = ANSWERS.getOrDefault(path, "{}").getBytes(StandardCharsets.US_ASCII);
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n";
        asked.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        asked.write(ByteBuffer.wrap(body));
    }
}
