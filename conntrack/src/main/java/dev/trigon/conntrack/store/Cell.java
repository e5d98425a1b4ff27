package dev.trigon.conntrack.store;

/**
 * One entry of a {@link CellMap}: a key of five words and a value of four, in host order. Mutable, to be reused: one cell
 * serves as the key that is asked for and as the place the value is read into.
 *
 * <pre>
 *   0        8        16       24       32       40       48       56       64       72
 *   +--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *   | keyA   | keyB   | keyC   | keyD   | keyE   | tag    | time   | countA | countB |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 *
 * Each word is valid by itself and written by one store. A process killed between two stores leaves an entry with some
 * words old and some new, never half a word: so nothing that must hold together may be spread over two words.
 */
public final class Cell {
    /** What an entry's tag never is. */
    public static final long NO_TAG = 0;

    static final int KEY_LENGTH = 5 * Long.BYTES;
    static final int VALUE_LENGTH = 4 * Long.BYTES;

    public long keyA;
    public long keyB;
    public long keyC;
    public long keyD;
    public long keyE;
    public long tag;
    public long time;
    public long countA;
    public long countB;

    public void key(long a, long b, long c, long d, long e) {
        keyA = a;
        keyB = b;
        keyC = c;
        keyD = d;
        keyE = e;
    }
}
