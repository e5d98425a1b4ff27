package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthSpec;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/** What one check asks of whom, and by which way. */
record Question(Probed backend, int port, HealthSpec spec, CheckPath path) {
    InetAddress target() {
        return path.target(backend);
    }

    InetSocketAddress endpoint() {
        return new InetSocketAddress(target(), port);
    }

    /** So that an IPv4 address is bound in an IPv4 socket. */
    ProtocolFamily family() {
        return target() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }
}
