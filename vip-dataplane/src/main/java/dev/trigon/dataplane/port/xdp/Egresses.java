package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.xdp.Umem;
import dev.trigon.linux.xdp.XdpSocket;
import dev.trigon.linux.xdp.XdpSocket.Copying;
import dev.trigon.linux.xdp.XdpSocket.Sizes;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interfaces that a port sends by: its own, by the socket that receives, and others, each opened when the first frame leaves
 * by it. One that will not have such a socket, since another has its queue or it is none to have queues, is asked again after a
 * while; until then its frames leave in the common way.
 *
 * <p>A socket sends by the queue of the number that it receives by. An interface may have fewer to send by: the kernel binds the
 * socket all the same, and nothing that it is given ever leaves.
 *
 * <p>Where drivers work in the memory themselves, others have no such sockets: with one, an interface would have to receive by
 * it too, and would have no chunks to receive into.
 */
final class Egresses implements AutoCloseable {
    static final int SEND = 2_048;
    static final int COMPLETION = 4_096;
    static final int MOST = 16;
    private static final int NONE = -1;
    private static final int SEND_BUFFER_OCTETS = 8 * 1024 * 1024;
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(2);
    /** How long after a socket was closed a driver may still read what it was to send. */
    private static final long QUARANTINE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(Egresses.class);

    private final XdpSocket own;
    private final int queue;
    private final Copying copying;
    private final Umem umem;
    private final Chunks chunks;
    private final int batchCapacity;
    private final IntUnaryOperator sendQueues;
    private final int[] ifIndexes = new int[MOST];
    private final @Nullable Egress[] egresses = new Egress[MOST];
    private final long[] retryNs = new long[MOST];
    /** When it sent last, in batches. */
    private final long[] used = new long[MOST];

    private final boolean[] quarantined = new boolean[MOST];
    private int count;
    private int last;
    private long batches;
    private int inQuarantine;
    private long madeRoomNs;

    /**
     * Begins with the port's own interface.
     *
     * @param sendQueues how many an interface sends by; none where they are other ports'
     */
    Egresses(
            XdpSocket own,
            int ifIndex,
            int queue,
            Copying copying,
            Umem umem,
            Chunks chunks,
            int batchCapacity,
            IntUnaryOperator sendQueues) {
        this.own = own;
        this.queue = queue;
        this.copying = copying;
        this.umem = umem;
        this.chunks = chunks;
        this.batchCapacity = batchCapacity;
        this.sendQueues = sendQueues;
        this.madeRoomNs = System.nanoTime();
        this.ifIndexes[0] = ifIndex;
        this.egresses[0] = sends(ifIndex) ? egress(own, 0) : null;
        this.count = 1;
    }

    private boolean sends(int ifIndex) {
        return queue < sendQueues.applyAsInt(ifIndex);
    }

    private Egress egress(XdpSocket socket, int place) {
        socket.sendBuffer(SEND_BUFFER_OCTETS);
        socket.sendBudget(SEND);
        return new Egress(socket, copying, umem, chunks, owner(place), batchCapacity);
    }

    private static byte owner(int place) {
        return (byte) (Chunks.FIRST_SENDER + place);
    }

    /** What sends by this interface; null: the common way does. */
    @Nullable
    Egress of(int ifIndex) {
        if (ifIndexes[last] != ifIndex) {
            int place = find(ifIndex);
            if (place == NONE) {
                return null;
            }
            last = place;
        }
        Egress egress = egresses[last];
        return egress != null || last == 0 ? egress : again(last);
    }

    private int find(int ifIndex) {
        for (int place = 0; place < count; place++) {
            if (ifIndexes[place] == ifIndex) {
                return place;
            }
        }
        int place = count < MOST ? count++ : makeRoom();
        if (place != NONE) {
            ifIndexes[place] = ifIndex;
        }
        return place;
    }

    /** Interfaces come and go: now and then, the one that was not sent by for longest makes room. */
    private int makeRoom() {
        long nowNs = System.nanoTime();
        if (nowNs - madeRoomNs < RETRY_NS) {
            return NONE;
        }
        int longest = 1;
        for (int place = 2; place < MOST; place++) {
            if (used[place] < used[longest]) {
                longest = place;
            }
        }
        Egress egress = egresses[longest];
        if (egress != null && egress.hasQueued()) {
            return NONE;
        }
        madeRoomNs = nowNs;
        close(longest);
        return longest;
    }

    private @Nullable Egress again(int place) {
        if (copying == Copying.ZERO_COPY) {
            return null;
        }
        long nowNs = System.nanoTime();
        if (retryNs[place] != 0 && nowNs - retryNs[place] < 0) {
            return null;
        }
        release(place);
        retryNs[place] = nowNs + RETRY_NS;
        egresses[place] = sends(ifIndexes[place]) ? open(place) : null;
        return egresses[place];
    }

    private @Nullable Egress open(int place) {
        int ifIndex = ifIndexes[place];
        XdpSocket socket = null;
        try {
            socket = XdpSocket.openShared(umem, Sizes.sending(SEND, COMPLETION));
            socket.bindShared(ifIndex, queue, own);
            return egress(socket, place);
        } catch (LinuxException e) {
            LOG.debug("frames leave interface {} in the common way: {}", ifIndex, e.getMessage());
            if (socket != null) {
                socket.close();
            }
            return null;
        }
    }

    /** Sends what is queued. An interface that sends no more is closed, so that its chunks are free some time. */
    void flush(Batch batch) {
        batches++;
        for (int place = 0; place < count; place++) {
            Egress egress = egresses[place];
            if (egress != null && egress.hasQueued()) {
                used[place] = batches;
                if (!egress.flush(batch) && place > 0) {
                    close(place);
                }
            }
        }
    }

    /** Takes back chunks whose frames have been sent, and has those sent that there was no room for. */
    void complete(Batch batch) {
        for (int place = 0; place < count; place++) {
            Egress egress = egresses[place];
            if (egress != null && !egress.complete(batch) && place > 0) {
                close(place);
            }
        }
        if (inQuarantine > 0) {
            releaseQuarantined();
        }
    }

    /** Whether frames wait that there was no room for. */
    boolean isPending() {
        for (int place = 0; place < count; place++) {
            Egress egress = egresses[place];
            if (egress != null && egress.isPending()) {
                return true;
            }
        }
        return false;
    }

    private void close(int place) {
        Egress egress = egresses[place];
        if (egress != null) {
            egress.close();
            egresses[place] = null;
            retryNs[place] = System.nanoTime() + RETRY_NS;
            quarantined[place] = true;
            inQuarantine++;
        }
    }

    private void releaseQuarantined() {
        long nowNs = System.nanoTime();
        for (int place = 0; place < count; place++) {
            if (quarantined[place] && nowNs - (retryNs[place] - RETRY_NS) >= QUARANTINE_NS) {
                release(place);
            }
        }
    }

    private void release(int place) {
        if (quarantined[place]) {
            quarantined[place] = false;
            inQuarantine--;
            chunks.senderIsGone(owner(place));
        }
    }

    /** Also the socket that receives. */
    @Override
    public void close() {
        boolean ownSends = egresses[0] != null;
        for (int place = count - 1; place >= 0; place--) {
            close(place);
        }
        if (!ownSends) {
            own.close();
        }
    }
}
