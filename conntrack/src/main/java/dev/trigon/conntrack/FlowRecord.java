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
    private final FlowKey key = new FlowKey();

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

    /** Whose flow it is: a view that holds until the record is used for another. */
    public FlowKey key() {
        return key.words(cell.keyA, cell.keyB, cell.keyC, cell.keyD, cell.keyE);
    }

    public int backendId() {
        return backendId(cell.tag);
    }

    /** The same flow, another backend; to be sealed again. */
    void backendId(int backendId) {
        cell.tag = (cell.tag & ~BACKEND_BITS) | (backendId & BACKEND_BITS);
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
    void seal(FlowKey of) {
        address(of);
        cell.tag = sealed(cell.tag, of.hash());
    }

    /** Makes it the record of a key, to be looked for. */
    void address(FlowKey of) {
        cell.key(of.clientHigh(), of.clientLow(), of.vipHigh(), of.vipLow(), of.ports());
    }

    /** Whether this is what a flow table of this form wrote for this key. */
    static boolean isWhole(Cell cell) {
        long hash = FlowKey.hash(cell.keyA, cell.keyB, cell.keyC, cell.keyD, cell.keyE);
        return cell.tag == sealed(cell.tag, hash)
                && (cell.tag & FORM_BITS) == FORM
                && FlowState.isCode(stateCode(cell.tag))
                && FlowKey.isConsistent(cell.keyA, cell.keyB, cell.keyC, cell.keyD, cell.keyE);
    }

    /** Whether a later Trigon wrote this for this key, in a form that this one does not know. */
    static boolean isNewer(Cell cell) {
        long hash = FlowKey.hash(cell.keyA, cell.keyB, cell.keyC, cell.keyD, cell.keyE);
        return cell.tag == sealed(cell.tag, hash) && (cell.tag & FORM_BITS) > FORM;
    }

    private static long sealed(long tag, long hashOfKey) {
        long body = tag & BELOW_CHECK;
        long check = FlowKey.mix(hashOfKey ^ body) >>> CHECK_SHIFT;
        return (check << CHECK_SHIFT) | body;
    }
}
