package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.Protocol;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.packet.EchoSocket;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.channels.NetworkChannel;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** To a backend's own address, as the gateway reaches it by itself. */
public final class DirectPath implements CheckPath, AutoCloseable {
    private static final int ENETUNREACH = 101;
    private static final int EHOSTUNREACH = 113;

    private record Waiting(InetAddress from, Runnable replied) {}

    /** By what was sent with each request. */
    private final Map<Integer, Waiting> waiting = new ConcurrentHashMap<>();

    private final EchoSocket.Listener listener = this::replied;
    /** Opened when first needed: one a family. */
    private @Nullable EchoSocket echo4;

    private @Nullable EchoSocket echo6;
    private int lastToken = new SecureRandom().nextInt();

    @Override
    public InetAddress target(Probed backend) {
        return backend.address();
    }

    @Override
    public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) {
        return Lease.NOTHING;
    }

    @Override
    public Lease echo(Probed backend, Runnable replied) throws IOException {
        int token = ++lastToken;
        waiting.put(token, new Waiting(backend.address(), replied));
        try {
            socket(backend.address()).send(backend.address(), token);
        } catch (LinuxException e) {
            // where there is no way to it, it is as with any silence
            if (e.errno() != ENETUNREACH && e.errno() != EHOSTUNREACH) {
                waiting.remove(token);
                throw new IOException(e.getMessage(), e);
            }
        }
        return () -> waiting.remove(token);
    }

    private EchoSocket socket(InetAddress address) {
        if (address instanceof Inet4Address) {
            EchoSocket socket = echo4 == null ? EchoSocket.open4(listener) : echo4;
            echo4 = socket;
            return socket;
        }
        EchoSocket socket = echo6 == null ? EchoSocket.open6(listener) : echo6;
        echo6 = socket;
        return socket;
    }

    private void replied(InetAddress from, int token) {
        Waiting expected = waiting.get(token);
        if (expected != null && expected.from().equals(from)) {
            expected.replied().run();
        }
    }

    @Override
    public void close() {
        if (echo4 != null) {
            echo4.close();
        }
        if (echo6 != null) {
            echo6.close();
        }
    }
}
