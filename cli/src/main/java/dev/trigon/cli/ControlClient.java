package dev.trigon.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * HTTP/1.1 to vipd's socket, one request a connection.
 *
 * <p>By hand, since this is all that vipctl does: to start a client library for one request took longer than everything else
 * together (about 0.7 of 1.3 s with jetty-client, measured on two busy cores), and the JDK's own client does not know Unix
 * domain sockets.
 */
final class ControlClient {
    /** Longer than any change takes, with all of its checks; short enough that a hung vipd is noticed. */
    private static final long TIMEOUT_SECONDS = 30;

    private static final int MAX_ANSWER_OCTETS = 64 << 20;

    private final Path socket;

    ControlClient(Path socket) {
        this.socket = socket;
    }

    ControlReply send(String method, String pathAndQuery, byte[] body) {
        String head = method + " " + pathAndQuery + " HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        Timer watch = new Timer(true);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            watch.schedule(closing(channel), TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
            channel.connect(UnixDomainSocketAddress.of(socket));
            writeAll(channel, ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
            writeAll(channel, ByteBuffer.wrap(body));
            return ControlReply.parse(readAll(channel));
        } catch (AsynchronousCloseException e) {
            throw new Unreachable(socket, "no answer within " + TIMEOUT_SECONDS + " s", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new Unreachable(socket, reason(e), e);
        } finally {
            watch.cancel();
        }
    }

    private static TimerTask closing(SocketChannel channel) {
        return new TimerTask() {
            @Override
            public void run() {
                try {
                    channel.close();
                } catch (IOException e) {
                    // then the read ends with that
                }
            }
        };
    }

    private static void writeAll(SocketChannel channel, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > MAX_ANSWER_OCTETS) {
                throw new IOException("its answer is larger than 64 MiB");
            }
        }
        return all.toByteArray();
    }

    /** The kernel's words, but for the two that an operator meets and that can be said better. */
    private String reason(Exception e) {
        String message = String.valueOf(e.getMessage());
        if (Files.notExists(socket)) {
            return "there is no such socket";
        }
        return message.equals("Permission denied") ? "permission denied (the socket is root's)" : message;
    }
}
