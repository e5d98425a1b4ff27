package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests and their answers over one socket, one at a time.
 *
 * <p>Each request has a sequence number of its own, and what comes with another one is the rest of an earlier request that
 * failed half-way: it is dropped. A plain request asks for an acknowledgement, so that it always ends in an NLMSG_ERROR, also
 * when that says success; a dump ends in NLMSG_DONE. A dump that the kernel marks as interrupted saw a table that changed
 * under it: it may lack entries that were there all the time, so it is made again.
 */
final class Conversation implements AutoCloseable {
    private static final int REQUEST_OCTETS = 512;
    private static final int RECEIVE_TIMEOUT_SECONDS = 5;
    private static final int DUMP_ATTEMPTS = 20;
    private static final int EBADMSG = 74;

    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;

    private final NetlinkSocket socket;
    private final NativeMemory request = NativeMemory.allocate(REQUEST_OCTETS);
    private int sequence;

    private @Nullable Acknowledgement end;
    private boolean interrupted;

    Conversation(NetlinkSocket socket) {
        this.socket = socket;
    }

    static Conversation open() {
        NetlinkSocket socket = NetlinkSocket.open(0);
        socket.prefer(NETLINK_CAP_ACK);
        socket.prefer(NETLINK_EXT_ACK);
        socket.prefer(NETLINK_GET_STRICT_CHK);
        socket.receiveTimeout(RECEIVE_TIMEOUT_SECONDS);
        return new Conversation(socket);
    }

    /** Makes a plain request; the sink gets the messages that come before the acknowledgement. */
    Acknowledgement ask(Request what, Consumer<NetlinkMessage> sink) {
        return exchange(what, NetlinkMessage.NLM_F_ACK, sink);
    }

    /** @return false where the kernel answers with the errno that says there was nothing to do */
    boolean change(Request what, int nothingToDo) {
        Acknowledgement answer = ask(what, message -> {});
        if (answer.errno() == 0) {
            return true;
        }
        if (answer.errno() == nothingToDo) {
            return false;
        }
        throw answer.failure(what.call());
    }

    /** All of a table, as it was at one moment. What parses to null is left out. */
    <T> List<T> dump(Request what, Function<NetlinkMessage, @Nullable T> parse) {
        return dump(what, parse, 0);
    }

    /** @param noTable the errno by which the kernel says that there is no such table, and so nothing in it */
    <T> List<T> dump(Request what, Function<NetlinkMessage, @Nullable T> parse, int noTable) {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            List<T> entries = new ArrayList<>();
            Acknowledgement acknowledgement = exchange(what, NetlinkMessage.NLM_F_DUMP, message -> {
                T entry = parse.apply(message);
                if (entry != null) {
                    entries.add(entry);
                }
            });
            if (acknowledgement.errno() != 0 && acknowledgement.errno() != noTable) {
                throw acknowledgement.failure(what.call());
            }
            if (!interrupted) {
                return entries;
            }
        }
        throw new LinuxException(
                what.call() + ", which changed during each of " + DUMP_ATTEMPTS + " readings", NetlinkSocket.EAGAIN);
    }

    private Acknowledgement exchange(Request what, int flags, Consumer<NetlinkMessage> sink) {
        send(what, flags);
        interrupted = false;
        end = null;
        while (end == null) {
            int octets = socket.receive(0);
            if (octets < 0) {
                throw new LinuxException(what.call() + ", recv", -octets);
            }
            try {
                NetlinkMessage.forEach(socket.datagram(octets), message -> take(message, sink));
            } catch (MalformedMessageException e) {
                LinuxException failure = new LinuxException(what.call() + ", " + e.getMessage(), EBADMSG);
                failure.initCause(e);
                throw failure;
            }
        }
        return end;
    }

    private void send(Request what, int flags) {
        sequence++;
        MessageBuilder message = new MessageBuilder(request.buffer());
        message.start(what.type(), NetlinkMessage.NLM_F_REQUEST | flags | what.flags(), sequence);
        what.body().accept(message);
        int errno = socket.send(request, message.finish().limit());
        if (errno != 0) {
            throw new LinuxException(what.call() + ", send", errno);
        }
    }

    private void take(NetlinkMessage message, Consumer<NetlinkMessage> sink) {
        if (message.sequence() != sequence || end != null) {
            return;
        }
        interrupted |= (message.flags() & NetlinkMessage.NLM_F_DUMP_INTR) != 0;
        switch (message.type()) {
            case NetlinkMessage.NLMSG_ERROR -> end = Acknowledgement.parseError(message);
            case NetlinkMessage.NLMSG_DONE -> end = Acknowledgement.parseDone(message);
            default -> sink.accept(message);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
