package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.health.CheckPath;
import dev.trigon.dataplane.health.Probed;
import dev.trigon.dataplane.service.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.NetworkChannel;

/** The clients' way where the gateway cannot take it: nobody is found up or down by it, and each check says why. */
record NoPath(String why) implements CheckPath {
    @Override
    public InetAddress target(Probed backend) {
        return backend.vip();
    }

    @Override
    public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) throws IOException {
        throw new IOException(why);
    }

    @Override
    public Lease echo(Probed backend, Runnable replied) throws IOException {
        throw new IOException(why);
    }
}
