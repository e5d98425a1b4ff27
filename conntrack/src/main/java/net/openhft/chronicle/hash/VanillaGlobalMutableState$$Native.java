package net.openhft.chronicle.hash;

import net.openhft.chronicle.bytes.BytesStore;

/**
 * What all of a Chronicle Map's segments share, in the map's memory. Chronicle Map describes it by an interface alone. It
 * looks for a class of this name, and only if there is none writes its source and has it compiled, in every process, at
 * start: half a second, and two ways into the compiler's module that the JVM must be told to open. So here is the class,
 * with the layout Chronicle's own would have. (A JDK must be there all the same: Chronicle asks for its compiler, and then
 * has nothing to compile.)
 *
 * <pre>
 *   0               3               8               13        17              25
 *   +---------------+---------------+---------------+---------+---------------+
 *   | extra bulks   | first free    | extra tiers   | headers | data store    |    little-endian, nothing aligned
 *   | allocated     | tier's index  | in use        | offset  | size          |
 *   +---------------+---------------+---------------+---------+---------------+
 * </pre>
 *
 * Chronicle Map's lock on this state guards every change.
 */
public final class VanillaGlobalMutableState$$Native implements VanillaGlobalMutableState {
    private static final int BULKS_OFFSET = 0;
    private static final int FIRST_FREE_OFFSET = BULKS_OFFSET + 3;
    private static final int EXTRA_TIERS_OFFSET = FIRST_FREE_OFFSET + 5;
    private static final int HEADERS_OFFSET = EXTRA_TIERS_OFFSET + 5;
    private static final int DATA_SIZE_OFFSET = HEADERS_OFFSET + 4;
    private static final int LENGTH = DATA_SIZE_OFFSET + 8;

    private BytesStore<?, ?> memory = BytesStore.empty();
    private long offset;

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public void bytesStore(BytesStore store, long at, long length) {
        if (length != LENGTH) {
            throw new IllegalArgumentException("length " + length + ", not " + LENGTH);
        }
        memory = store;
        offset = at;
    }

    @Override
    public BytesStore<?, ?> bytesStore() {
        return memory;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public long maxSize() {
        return LENGTH;
    }

    @Override
    public int getAllocatedExtraTierBulks() {
        return memory.readUnsignedShort(offset + BULKS_OFFSET)
                | (memory.readUnsignedByte(offset + BULKS_OFFSET + 2) << 16);
    }

    @Override
    public void setAllocatedExtraTierBulks(int bulks) {
        checkWidth(bulks, 24);
        memory.writeShort(offset + BULKS_OFFSET, (short) bulks);
        memory.writeByte(offset + BULKS_OFFSET + 2, (byte) (bulks >>> 16));
    }

    @Override
    public long getFirstFreeTierIndex() {
        return read40(FIRST_FREE_OFFSET);
    }

    @Override
    public void setFirstFreeTierIndex(long index) {
        write40(FIRST_FREE_OFFSET, index);
    }

    @Override
    public long getExtraTiersInUse() {
        return read40(EXTRA_TIERS_OFFSET);
    }

    @Override
    public void setExtraTiersInUse(long tiers) {
        write40(EXTRA_TIERS_OFFSET, tiers);
    }

    @Override
    public long getSegmentHeadersOffset() {
        return memory.readUnsignedInt(offset + HEADERS_OFFSET);
    }

    @Override
    public void setSegmentHeadersOffset(long headers) {
        checkWidth(headers, 32);
        memory.writeInt(offset + HEADERS_OFFSET, (int) headers);
    }

    @Override
    public long getDataStoreSize() {
        return memory.readLong(offset + DATA_SIZE_OFFSET);
    }

    @Override
    public void setDataStoreSize(long size) {
        checkWidth(size, 63);
        memory.writeLong(offset + DATA_SIZE_OFFSET, size);
    }

    @Override
    public long addDataStoreSize(long added) {
        long size = getDataStoreSize() + added;
        setDataStoreSize(size);
        return size;
    }

    private long read40(int at) {
        return memory.readUnsignedInt(offset + at) | ((long) memory.readUnsignedByte(offset + at + 4) << 32);
    }

    private void write40(int at, long value) {
        checkWidth(value, 40);
        memory.writeInt(offset + at, (int) value);
        memory.writeByte(offset + at + 4, (byte) (value >>> 32));
    }

    private static void checkWidth(long value, int bits) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException(value + " takes more than " + bits + " bits");
        }
    }
}
