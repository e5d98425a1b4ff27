package dev.trigon.conntrack;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Which backend a client was given last, for services that keep their clients. One a worker, and one for who keeps it up,
 * over a {@link FlowTable} that they share: bounded like the flows', kept across a restart and a kill as they are. Nothing
 * on it allocates.
 *
 * <p>A client is a key that no flow has. Its record says when its last flow was there, and, in the word that counts a flow's
 * packets, how long it is to be remembered from then on: services of different times share the table.
 */
public final class Affinities {
    /** No backend's id. */
    public static final int NONE = 0;

    private static final String NAME = "affinity";

    /** How far a remembered time may lag behind, so that a client of many flows does not write with each of them. */
    private static final long LONGEST_LAG_MS = 2_000;

    private static final int LAG_FRACTION = 8;

    /** Of its time, what a client may be without a flow while the table is nearly full: a half. */
    private static final int PRESSED_SHARE = 2;

    private final FlowTable clients;
    private final FlowRecord scratch = new FlowRecord();

    public Affinities(FlowTable clients) {
        this.clients = clients;
    }

    /** Opens the table of clients in a state directory, or makes one; as {@link FlowTable#open(Path, long)} does. */
    public static FlowTable openTable(Path directory, long maxClients) throws IOException {
        return FlowTable.open(directory, NAME, "flows.maxAffinities", maxClients);
    }

    /** The client's backend, or {@link #NONE} if it had none within that time. */
    public int backendOf(FlowKey client, long timeMs, long nowMs) {
        boolean known = clients.find(client, scratch) && nowMs - scratch.lastSeenMs() < timeMs;
        return known ? scratch.backendId() : NONE;
    }

    /**
     * Remembers where a new flow of a client goes. Asks more often than it writes: only where the backend is another, or
     * the time is not recent.
     *
     * @return false: the table is full, and nothing changed
     */
    public boolean remember(FlowKey client, int backendId, long timeMs, long nowMs) {
        return isRecent(client, backendId, timeMs, nowMs) || put(client, backendId, timeMs, nowMs);
    }

    private boolean isRecent(FlowKey client, int backendId, long timeMs, long nowMs) {
        return clients.find(client, scratch)
                && scratch.backendId() == backendId
                && rememberedForMs(scratch) == timeMs
                && nowMs - scratch.lastSeenMs() < Math.min(LONGEST_LAG_MS, timeMs / LAG_FRACTION);
    }

    private boolean put(FlowKey client, int backendId, long timeMs, long seenMs) {
        // the state says nothing of a client; it is one that a whole record can have
        return clients.put(client, scratch.set(backendId, FlowState.UDP, seenMs, timeMs, 0));
    }

    /**
     * Says that a client had a flow at some time, whichever backend it went to: the client's own stays what it is. Where
     * it has none, that flow's becomes it. For upkeep: a worker that places a flow of this client at the same moment wins.
     *
     * @return false: the table is full, and nothing changed
     */
    public boolean extend(FlowKey client, int backendId, long timeMs, long seenMs) {
        if (!clients.find(client, scratch)) {
            return put(client, backendId, timeMs, seenMs);
        }
        long longerMs = timeMs - rememberedForMs(scratch);
        if (scratch.lastSeenMs() < seenMs || longerMs != 0) {
            clients.update(client, scratch.set(scratch.backendId(), FlowState.UDP, seenMs, longerMs, 0));
        }
        return true;
    }

    private static long rememberedForMs(FlowRecord client) {
        return client.packets();
    }

    /** How many calls of {@link #expireNext} look at every client once. */
    public int expirySteps() {
        return clients.expirySteps();
    }

    /**
     * Forgets clients whose time is over, in the next piece of the table. While the table is nearly full, half of it is
     * enough: those went longest without a flow, and without room nobody new would be remembered until the others' whole
     * time, which may be a week. Answers how many.
     */
    public int expireNext(long nowMs) {
        long share = clients.isPressed() ? PRESSED_SHARE : 1;
        return clients.expireNext(client -> nowMs - client.lastSeenMs() >= rememberedForMs(client) / share);
    }
}
