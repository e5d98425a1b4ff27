package dev.trigon.dataplane.health.path;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Optional;

/** The address that the kernel would send from: a datagram socket that connects sends nothing, and is told. */
final class OwnAddress {
    /** RFC 863. None is sent there either. */
    private static final int DISCARD = 9;

    private OwnAddress() {}

    /** Empty where the kernel knows no way there. */
    static Optional<InetAddress> towards(InetAddress destination) throws IOException {
        boolean v4 = destination instanceof Inet4Address;
        try (DatagramChannel channel =
                DatagramChannel.open(v4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6)) {
            boolean reached = connect(channel, new InetSocketAddress(destination, DISCARD));
            return reached && channel.getLocalAddress() instanceof InetSocketAddress local
                    ? Optional.of(local.getAddress())
                    : Optional.empty();
        }
    }

    /** No route is ENETUNREACH, and one that forbids it EINVAL or EACCES. */
    private static boolean connect(DatagramChannel channel, InetSocketAddress destination) throws IOException {
        try {
            channel.connect(destination);
            return true;
        } catch (SocketException e) {
            return false;
        }
    }
}
