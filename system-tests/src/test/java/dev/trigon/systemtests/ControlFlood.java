package dev.trigon.systemtests;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of the control socket as nobody wants them: some ask and ask again, some send as much as they may and make no sense,
 * some begin a large request and go no further, and many connect and say nothing.
 */
final class ControlFlood implements AutoCloseable {
    private static final int ASKING = 4;
    private static final int SENDING = 2;
    private static final int STUCK = 20;
    private static final int SILENT = 500;
    private static final String ASK = "GET /v1/configuration HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\n\r\n";
    /** Refused only once all of it was read. */
    private static final String SENSELESS = "services:\n" + "  - {name: web}\n".repeat(200_000);

    private static final String SEND =
            "PUT /v1/configuration HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\nContent-Length: " + SENSELESS.length()
                    + "\r\n\r\n";

    private final UnixDomainSocketAddress socket;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong answers = new AtomicLong();
    private volatile boolean over;

    private ControlFlood(Path socket) {
        this.socket = UnixDomainSocketAddress.of(socket);
    }

    static ControlFlood start(Path socket) throws IOException {
        ControlFlood flood = new ControlFlood(socket);
        for (int i = 0; i < SILENT; i++) {
            flood.connect();
        }
        for (int i = 0; i < STUCK; i++) {
            write(flood.connect(), SEND + SENSELESS.substring(0, 100));
        }
        for (int i = 0; i < ASKING; i++) {
            flood.run(ASK);
        }
        for (int i = 0; i < SENDING; i++) {
            flood.run(SEND + SENSELESS);
        }
        return flood;
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        open.add(channel);
        channel.connect(socket);
        return channel;
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private void run(String request) {
        Thread thread = new Thread(() -> {
            while (!over) {
                ask(request);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void ask(String request) {
        try (SocketChannel channel = connect()) {
            write(channel, request);
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {
                answer.clear();
            }
            answers.incrementAndGet();
            open.remove(channel);
        } catch (IOException e) {
            // to be sent away is what they must expect
            Thread.onSpinWait();
        }
    }

    /** How many requests have had one, of whatever kind. */
    long answers() {
        return answers.get();
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (SocketChannel channel : open) {
            channel.close();
        }
    }
}
