package dev.trigon.dataplane.health.path;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.packet.EchoReplies;
import dev.trigon.linux.packet.EchoReply;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What replies to echo requests come in by: one socket a family that the gateway has. */
final class EchoSockets implements AutoCloseable {
    private static final int MOST_AT_ONCE = 256;
    private static final int EAFNOSUPPORT = 97;

    private final List<EchoReplies> sockets = new ArrayList<>();
    private final Consumer<EchoReply> taker;

    private EchoSockets(Consumer<EchoReply> taker) {
        this.taker = taker;
    }

    static EchoSockets open(Consumer<EchoReply> taker) {
        EchoSockets all = new EchoSockets(taker);
        for (StandardProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
            all.add(family);
        }
        return all;
    }

    private void add(StandardProtocolFamily family) {
        try {
            sockets.add(EchoReplies.open(family));
        } catch (LinuxException e) {
            if (e.errno() != EAFNOSUPPORT) {
                close();
                throw e;
            }
        }
    }

    /** Descriptors to wait for. */
    int[] andFd(int another) {
        return IntStream.concat(sockets.stream().mapToInt(EchoReplies::fd), IntStream.of(another))
                .toArray();
    }

    /** Hands over what has come. */
    void drain() {
        for (EchoReplies socket : sockets) {
            drain(socket);
        }
    }

    private void drain(EchoReplies socket) {
        EchoReply reply = socket.next();
        for (int i = 1; reply != null; i++) {
            taker.accept(reply);
            reply = i < MOST_AT_ONCE ? socket.next() : null;
        }
    }

    @Override
    public void close() {
        sockets.forEach(EchoReplies::close);
    }
}
