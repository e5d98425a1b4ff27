package dev.trigon.linux.bpf;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table that programs and their owner share. Every call may be made from any thread, takes effect at once, and fails with a
 * {@link LinuxException} that names the map and the key. The kernel keeps the map as long as somebody has it open or a program
 * that uses it is loaded.
 *
 * <pre>
 * union bpf_attr {                       // linux/bpf.h
 *     struct {                               struct {
 *         __u32 map_type;       //  0                __u32         map_fd;    //  0
 *         __u32 key_size;       //  4                __aligned_u64 key;       //  8
 *         __u32 value_size;     //  8                union {
 *         __u32 max_entries;    // 12                    __aligned_u64 value;     // 16
 *         __u32 map_flags;      // 16                    __aligned_u64 next_key;
 *         __u32 inner_map_fd;   // 20                };
 *         __u32 numa_node;      // 24                __u64         flags;     // 24
 *         char  map_name[16];   // 28            }; // BPF_MAP_*_ELEM
 *     }; // BPF_MAP_CREATE
 * };
 * </pre>
 */
public final class BpfMap implements AutoCloseable {
    /** enum bpf_map_type. */
    private enum Type {
        HASH(1),
        ARRAY(2),
        XSKMAP(17);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    private static final int TYPE_OFFSET = 0;
    private static final int KEY_SIZE_OFFSET = 4;
    private static final int VALUE_SIZE_OFFSET = 8;
    private static final int MAX_ENTRIES_OFFSET = 12;
    private static final int FLAGS_OFFSET = 16;
    private static final int NAME_OFFSET = 28;

    private static final int ELEM_MAP_OFFSET = 0;
    private static final int ELEM_KEY_OFFSET = 8;
    private static final int ELEM_VALUE_OFFSET = 16;

    private static final int BPF_F_NO_PREALLOC = 1;
    private static final int ENOENT = 2;

    private final String name;
    private final int fd;
    private final int keyOctets;
    private final int valueOctets;

    private final Attr elem;
    private final int key;
    private final int value;
    private final int nextKey;

    private BpfMap(String name, int fd, int keyOctets, int valueOctets) {
        this.name = name;
        this.fd = fd;
        this.keyOctets = keyOctets;
        this.valueOctets = valueOctets;
        elem = Attr.withRoomFor(2 * Attr.rounded(keyOctets) + Attr.rounded(valueOctets));
        elem.u32(ELEM_MAP_OFFSET, fd);
        key = elem.room(keyOctets);
        nextKey = elem.room(keyOctets);
        value = elem.room(valueOctets);
    }

    /** A hash table, whose entries take memory as they are made. */
    public static BpfMap hash(String name, int keyOctets, int valueOctets, int maxEntries) {
        return create(Type.HASH, name, keyOctets, valueOctets, maxEntries, BPF_F_NO_PREALLOC);
    }

    /** All entries are there from the start, full of zeros. Keys are an int in the machine's byte order. */
    public static BpfMap array(String name, int valueOctets, int maxEntries) {
        return create(Type.ARRAY, name, Integer.BYTES, valueOctets, maxEntries, 0);
    }

    /** AF_XDP sockets to redirect to, an int each as the key is, in the machine's byte order. */
    public static BpfMap xskMap(String name, int maxEntries) {
        return create(Type.XSKMAP, name, Integer.BYTES, Integer.BYTES, maxEntries, 0);
    }

    private static BpfMap create(Type type, String name, int keyOctets, int valueOctets, int maxEntries, int flags) {
        int fd = Attr.withRoomFor(0)
                .u32(TYPE_OFFSET, type.number)
                .u32(KEY_SIZE_OFFSET, keyOctets)
                .u32(VALUE_SIZE_OFFSET, valueOctets)
                .u32(MAX_ENTRIES_OFFSET, maxEntries)
                .u32(FLAGS_OFFSET, flags)
                .name(NAME_OFFSET, name)
                .call(Attr.BPF_MAP_CREATE);
        if (fd < 0) {
            throw new LinuxException(
                    "bpf(BPF_MAP_CREATE, " + type + " " + name + ", " + keyOctets + " to " + valueOctets + " octets, "
                            + maxEntries + " entries)",
                    -fd);
        }
        return new BpfMap(name, fd, keyOctets, valueOctets);
    }

    int fd() {
        return fd;
    }

    public synchronized void update(byte[] key, byte[] value) {
        checkLength("value", value, valueOctets);
        prepare(key).put(this.value, value).points(ELEM_VALUE_OFFSET, this.value);
        check(elem.call(Attr.BPF_MAP_UPDATE_ELEM), "BPF_MAP_UPDATE_ELEM", key);
    }

    /** Not for XSKMAP, which shows its sockets to no-one: ENOTSUPP, 524. */
    public synchronized Optional<byte[]> lookup(byte[] key) {
        prepare(key).points(ELEM_VALUE_OFFSET, value);
        int result = elem.call(Attr.BPF_MAP_LOOKUP_ELEM);
        if (result == -ENOENT) {
            return Optional.empty();
        }
        check(result, "BPF_MAP_LOOKUP_ELEM", key);
        return Optional.of(elem.get(value, valueOctets));
    }

    /** @return false if there was none */
    public synchronized boolean delete(byte[] key) {
        int result = prepare(key).call(Attr.BPF_MAP_DELETE_ELEM);
        if (result == -ENOENT) {
            return false;
        }
        check(result, "BPF_MAP_DELETE_ELEM", key);
        return true;
    }

    /**
     * The key behind another in the map's own order; empty behind the last.
     *
     * @param key null, or one that is not there, for the first
     */
    public synchronized Optional<byte[]> nextKey(byte @Nullable [] key) {
        if (key == null) {
            elem.u64(ELEM_KEY_OFFSET, 0);
        } else {
            prepare(key);
        }
        int result = elem.points(ELEM_VALUE_OFFSET, nextKey).call(Attr.BPF_MAP_GET_NEXT_KEY);
        if (result == -ENOENT) {
            return Optional.empty();
        }
        check(result, "BPF_MAP_GET_NEXT_KEY", key);
        return Optional.of(elem.get(nextKey, keyOctets));
    }

    /** The kernel reads this member's fields to the last that the command has, and wants 0 behind it. */
    private Attr prepare(byte[] key) {
        checkLength("key", key, keyOctets);
        return elem.put(this.key, key).points(ELEM_KEY_OFFSET, this.key).u64(ELEM_VALUE_OFFSET, 0);
    }

    private void checkLength(String what, byte[] octets, int expected) {
        if (octets.length != expected) {
            throw new IllegalArgumentException(
                    what + " of " + octets.length + " octets for map " + name + ", which has " + expected);
        }
    }

    private void check(int result, String command, byte @Nullable [] key) {
        if (result < 0) {
            String which = key == null ? "first" : HexFormat.of().formatHex(key);
            throw new LinuxException("bpf(" + command + ", " + name + ", " + which + ")", -result);
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
