package dev.trigon.dataplane.health;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.packet.EchoReply;
import dev.trigon.linux.packet.EchoSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What echo requests and their replies pass: one socket a family that the gateway has. */
public final class EchoSockets implements AutoCloseable {
    private static final int MOST_AT_ONCE = 256;
    private static final int EAFNOSUPPORT = 97;

    private final Map<StandardProtocolFamily, EchoSocket> sockets = new EnumMap<>(StandardProtocolFamily.class);
    private final Consumer<EchoReply> taker;

    private EchoSockets(Consumer<EchoReply> taker) {
        this.taker = taker;
    }

    public static EchoSockets open(Consumer<EchoReply> taker) {
        EchoSockets all = new EchoSockets(taker);
        for (StandardProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
            all.add(family);
        }
        return all;
    }

    private void add(StandardProtocolFamily family) {
        try {
            sockets.put(family, EchoSocket.open(family));
        } catch (LinuxException e) {
            if (e.errno() != EAFNOSUPPORT) {
                close();
                throw e;
            }
        }
    }

    /** Descriptors to wait for. */
    public int[] andFd(int... others) {
        return IntStream.concat(sockets.values().stream().mapToInt(EchoSocket::fd), IntStream.of(others))
                .toArray();
    }

    /**
     * Asks by the kernel's way.
     *
     * @throws LinuxException also where there is no such way, or no such family
     */
    void send(InetAddress destination, int number) {
        EchoSocket socket = sockets.get(
                destination instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        if (socket == null) {
            throw new LinuxException("sendto(" + destination.getHostAddress() + ", ICMP echo)", EAFNOSUPPORT);
        }
        socket.send(destination, number);
    }

    /** Hands over what has come. */
    public void drain() {
        for (EchoSocket socket : sockets.values()) {
            drain(socket);
        }
    }

    private void drain(EchoSocket socket) {
        EchoReply reply = socket.next();
        for (int i = 1; reply != null; i++) {
            taker.accept(reply);
            reply = i < MOST_AT_ONCE ? socket.next() : null;
        }
    }

    @Override
    public void close() {
        sockets.values().forEach(EchoSocket::close);
    }
}
