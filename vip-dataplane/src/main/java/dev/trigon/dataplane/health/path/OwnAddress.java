package dev.trigon.dataplane.health.path;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;

/** The address that the kernel would send from: a datagram socket that connects sends nothing, and is told. */
final class OwnAddress {
    /** RFC 863. None is sent there either. */
    private static final int DISCARD = 9;

    private OwnAddress() {}

    static InetAddress towards(InetAddress destination) throws IOException {
        boolean v4 = destination instanceof Inet4Address;
        try (DatagramChannel channel =
                DatagramChannel.open(v4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6)) {
            channel.connect(new InetSocketAddress(destination, DISCARD));
            return addressOf(channel.getLocalAddress());
        } catch (IOException e) {
            String address = destination.getHostAddress();
            throw new IOException("no way to " + address + ": " + e.getMessage() + "; see ip route get " + address, e);
        }
    }

    private static InetAddress addressOf(SocketAddress local) throws IOException {
        if (local instanceof InetSocketAddress address) {
            return address.getAddress();
        }
        throw new IOException("no address of IP: " + local);
    }
}
