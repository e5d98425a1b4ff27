package dev.trigon.conntrack.store;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.RandomDataOutput;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** A cell's value words as Chronicle Map's bytes; see {@link CellKeyAccess}, also for its name. */
final class CellValueAccess extends AbstractData<Cell> implements DataAccess<Cell>, SizedReader<Cell> {
    static final int TAG_OFFSET = 0;
    static final int TIME_OFFSET = TAG_OFFSET + Long.BYTES;
    static final int COUNT_A_OFFSET = TIME_OFFSET + Long.BYTES;
    static final int COUNT_B_OFFSET = COUNT_A_OFFSET + Long.BYTES;

    private final BytesStore<?, Void> words = BytesStore.nativeStoreWithFixedCapacity(Cell.VALUE_LENGTH);

    @Override
    public Data<Cell> getData(Cell cell) {
        words.writeLong(TAG_OFFSET, cell.tag);
        words.writeLong(TIME_OFFSET, cell.time);
        words.writeLong(COUNT_A_OFFSET, cell.countA);
        words.writeLong(COUNT_B_OFFSET, cell.countB);
        return this;
    }

    /** Word by word, so that a kill in between tears no word. */
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public void writeTo(RandomDataOutput target, long offset) {
        target.writeLong(offset + TAG_OFFSET, words.readLong(TAG_OFFSET));
        target.writeLong(offset + TIME_OFFSET, words.readLong(TIME_OFFSET));
        target.writeLong(offset + COUNT_A_OFFSET, words.readLong(COUNT_A_OFFSET));
        target.writeLong(offset + COUNT_B_OFFSET, words.readLong(COUNT_B_OFFSET));
    }

    @Override
    public void uninit() {
        // the words stay: nothing on the heap is held by them
    }

    @Override
    public CellValueAccess copy() {
        return new CellValueAccess();
    }

    @Override
    public RandomDataInput bytes() {
        return words;
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public long size() {
        return Cell.VALUE_LENGTH;
    }

    @Override
    public Cell get() {
        return getUsing(null);
    }

    @Override
    public Cell getUsing(@Nullable Cell using) {
        Cell cell = using == null ? new Cell() : using;
        readInto(words, 0, cell);
        return cell;
    }

    @Override
    public Cell read(Bytes<?> in, long size, @Nullable Cell using) {
        Cell cell = using == null ? new Cell() : using;
        cell.tag = in.readLong();
        cell.time = in.readLong();
        cell.countA = in.readLong();
        cell.countB = in.readLong();
        return cell;
    }

    static void readInto(RandomDataInput from, long offset, Cell cell) {
        cell.tag = from.readLong(offset + TAG_OFFSET);
        cell.time = from.readLong(offset + TIME_OFFSET);
        cell.countA = from.readLong(offset + COUNT_A_OFFSET);
        cell.countB = from.readLong(offset + COUNT_B_OFFSET);
    }

    @Override
    public void readMarshallable(WireIn wire) {
        // nothing is configured
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        // nothing is configured
    }
}
