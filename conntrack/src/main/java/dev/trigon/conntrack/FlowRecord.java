package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;

/**
 * One flow as the table holds it: a mutable view, made once and used again. What makes a flow go where it goes is in one
 * word, the tag, so that no crash can leave it half changed:
 *
 * <pre>
 *   63      48 47   40 39   32 31            0
 *   +---------+-------+-------+---------------+
 *   |  check  | form  | state |  backend id   |
 *   +---------+-------+-------+---------------+
 * </pre>
 *
 * The check covers the rest of the tag and the key; a page of the file that was lost with the machine's power does not
 * pass it.
 */
public final class FlowRecord {
    static final long BACKEND_BITS = 0xFFFF_FFFFL;

    private static final int STATE_SHIFT = 32;
    private static final int FORM_SHIFT = 40;
    private static final int CHECK_SHIFT = 48;

    /** The form of the tag and of the words after it. A later form gets another number, and reads this one. */
    private static final long FORM = 1L << FORM_SHIFT;

    private static final long FORM_BITS = 0xFFL << FORM_SHIFT;
    private static final long BELOW_CHECK = (1L << CHECK_SHIFT) - 1;

    final Cell cell = new Cell();

    public FlowRecord set(int backendId, FlowState state, long lastSeenMs) {
        return set(backendId, state, lastSeenMs, 0, 0);
    }

    public FlowRecord set(int backendId, FlowState state, long lastSeenMs, long packets, long bytes) {
        cell.tag = FORM | ((long) state.code() << STATE_SHIFT) | (backendId & BACKEND_BITS);
        cell.time = lastSeenMs;
        cell.countA = packets;
        cell.countB = bytes;
        return this;
    }

    public long addresses() {
        return cell.keyA;
    }

    public long ports() {
        return cell.keyB;
    }

    public int backendId() {
        return backendId(cell.tag);
    }

    public FlowState state() {
        return FlowState.of(stateCode(cell.tag));
    }

    /** Wall clock, milliseconds since the epoch. */
    public long lastSeenMs() {
        return cell.time;
    }

    /** From client to server; the other half is never seen. */
    public long packets() {
        return cell.countA;
    }

    /** Octets of the client's frames. */
    public long bytes() {
        return cell.countB;
    }

    private static int stateCode(long tag) {
        return (int) (tag >>> STATE_SHIFT) & 0xFF;
    }

    static int backendId(long tag) {
        return (int) tag;
    }

    /** Binds the tag to a key. */
    void seal(long addresses, long ports) {
        cell.key(addresses, ports);
        cell.tag = sealed(cell);
    }

    /** Whether this is what a flow table of this form wrote for this key. */
    static boolean isWhole(Cell cell) {
        return cell.tag == sealed(cell) && (cell.tag & FORM_BITS) == FORM && FlowState.isCode(stateCode(cell.tag));
    }

    private static long sealed(Cell cell) {
        long body = cell.tag & BELOW_CHECK;
        long check = FlowKey.mix(FlowKey.hash(cell.keyA, cell.keyB) ^ body) >>> CHECK_SHIFT;
        return (check << CHECK_SHIFT) | body;
    }
}
