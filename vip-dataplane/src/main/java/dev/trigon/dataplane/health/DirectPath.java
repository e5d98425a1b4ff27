package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.NetworkChannel;
import org.jspecify.annotations.Nullable;

/** To a backend's own address, as the gateway reaches it by itself. */
public final class DirectPath implements CheckPath, AutoCloseable {
    /** Opened when first needed. */
    private @Nullable DirectEchoes echoes;

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
        DirectEchoes open = echoes == null ? DirectEchoes.open() : echoes;
        echoes = open;
        return open.ask(backend.address(), replied);
    }

    @Override
    public void close() {
        if (echoes != null) {
            echoes.close();
        }
    }
}
