package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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

    /** Takes an answer while it arrives. */
    interface Reader<T> {
        T read(ControlHead head, InputStream body) throws IOException;
    }

    /** An answer whole. */
    ControlReply send(String method, String pathAndQuery, @Nullable Long ifRevision, byte[] body) {
        return send(method, pathAndQuery, ifRevision, body, ControlClient::whole);
    }

    static ControlReply whole(ControlHead head, InputStream body) throws IOException {
        byte[] octets = body.readNBytes(MAX_ANSWER_OCTETS + 1);
        if (octets.length > MAX_ANSWER_OCTETS) {
            throw new IOException("its answer is larger than 64 MiB");
        }
        return new ControlReply(head, new String(octets, StandardCharsets.UTF_8));
    }

    /** @param ifRevision only while the services are of this revision; null: whichever they are of */
    <T> T send(String method, String pathAndQuery, @Nullable Long ifRevision, byte[] body, Reader<T> reader) {
        String condition = ifRevision == null ? "" : "If-Match: \"" + ifRevision + "\"\r\n";
        String head = method + " " + pathAndQuery + " HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\n" + condition
                + "Content-Length: " + body.length + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                InputStream in = new WatchedInput(channel, TIMEOUT_SECONDS)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            writeAll(channel, ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
            writeAll(channel, ByteBuffer.wrap(body));
            ControlHead answer = ControlHead.read(in);
            return reader.read(answer, answer.body(in));
        } catch (AsynchronousCloseException e) {
            throw new Unreachable(socket, "no answer within " + TIMEOUT_SECONDS + " s", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new Unreachable(socket, reason(e), e);
        }
    }

    private static void writeAll(SocketChannel channel, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
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
