package dev.trigon.conntrack.store;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * A cell's key words as Chronicle Map's bytes. Chronicle copies it once a thread, so its buffer has one user. The class's
 * name stands in every file's header: renaming it makes the files foreign.
 */
final class CellKeyAccess extends AbstractData<Cell> implements DataAccess<Cell>, SizedReader<Cell> {
    private final BytesStore<?, Void> words = BytesStore.nativeStoreWithFixedCapacity(Cell.KEY_LENGTH);

    @Override
    public Data<Cell> getData(Cell cell) {
        words.writeLong(0, cell.keyA);
        words.writeLong(Long.BYTES, cell.keyB);
        words.writeLong(2 * Long.BYTES, cell.keyC);
        words.writeLong(3 * Long.BYTES, cell.keyD);
        words.writeLong(4 * Long.BYTES, cell.keyE);
        return this;
    }

    @Override
    public void uninit() {
        // the words stay: nothing on the heap is held by them
    }

    @Override
    public CellKeyAccess copy() {
        return new CellKeyAccess();
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
        return Cell.KEY_LENGTH;
    }

    @Override
    public Cell get() {
        return getUsing(null);
    }

    @Override
    public Cell getUsing(@Nullable Cell using) {
        Cell cell = using == null ? new Cell() : using;
        cell.key(
                words.readLong(0),
                words.readLong(Long.BYTES),
                words.readLong(2 * Long.BYTES),
                words.readLong(3 * Long.BYTES),
                words.readLong(4 * Long.BYTES));
        return cell;
    }

    @Override
    public Cell read(Bytes<?> in, long size, @Nullable Cell using) {
        Cell cell = using == null ? new Cell() : using;
        cell.keyA = in.readLong();
        cell.keyB = in.readLong();
        cell.keyC = in.readLong();
        cell.keyD = in.readLong();
        cell.keyE = in.readLong();
        return cell;
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
