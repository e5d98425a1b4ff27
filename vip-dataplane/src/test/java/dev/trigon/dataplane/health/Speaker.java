package dev.trigon.dataplane.health;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A server on loopback that reads a request to its blank line and then does as it is told. */
final class Speaker implements AutoCloseable {
    interface Manner {
        void speak(Socket connection, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Manner manner;
    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    Speaker(Manner manner) throws IOException {
        this.manner = manner;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::run, "speaker");
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that, and closes. */
    static Speaker saying(String answer) throws IOException {
        return new Speaker((connection, out) -> out.write(answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    int port() {
        return server.getLocalPort();
    }

    private void run() {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                requests.add(request(connection.getInputStream()));
                manner.speak(connection, connection.getOutputStream());
            } catch (IOException | InterruptedException e) {
                // the check has seen enough, or the test is over
            }
        }
    }

    private static String request(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            request.append((char) octet);
        }
        return request.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
