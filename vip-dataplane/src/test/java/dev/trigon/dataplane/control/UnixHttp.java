package dev.trigon.dataplane.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** HTTP/1.1 on a Unix domain socket, octet by octet, so that the server is held to the protocol and not to a client library. */
final class UnixHttp {
    record Reply(int status, String head, String body) {}

    private final Path socket;

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    Reply get(String path) throws IOException {
        return send("GET", path, "");
    }

    Reply send(String method, String path, String body) throws IOException {
        return send(method, path, "", body);
    }

    /**
     * What comes back is held to what is published, whichever test asks.
     *
     * @param ifMatch empty: no such header
     */
    Reply send(String method, String path, String ifMatch, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        String condition = ifMatch.isEmpty() ? "" : "If-Match: " + ifMatch + "\r\n";
        Reply reply = raw(method + " " + path + " HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\n" + condition
                + "Content-Length: " + length + "\r\n\r\n" + body);
        ApiDocument.PUBLISHED.check(method, path, reply);
        return reply;
    }

    Reply raw(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            return reply(readAll(channel));
        }
    }

    /** An answer, its chunks put together (RFC 9112, section 7.1). */
    static Reply reply(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        String head = text.substring(0, end);
        String body = text.substring(end + 4);
        boolean chunked = head.contains("Transfer-Encoding: chunked");
        return new Reply(Integer.parseInt(text.substring(9, 12)), head, chunked ? whole(body) : body);
    }

    private static String whole(String chunks) throws IOException {
        byte[] octets = chunks.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int lineEnd = at;
            while (lineEnd < octets.length && octets[lineEnd] != '\r') {
                lineEnd++;
            }
            if (lineEnd == octets.length) {
                throw new IOException("the last chunk is missing");
            }
            int size = Integer.parseInt(new String(octets, at, lineEnd - at, StandardCharsets.US_ASCII), 16);
            if (size == 0) {
                return whole.toString(StandardCharsets.UTF_8);
            }
            if (lineEnd + 2 + size + 2 > octets.length) {
                throw new IOException("a chunk broke off");
            }
            whole.write(octets, lineEnd + 2, size);
            at = lineEnd + 2 + size + 2;
        }
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
