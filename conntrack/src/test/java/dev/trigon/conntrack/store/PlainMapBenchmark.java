package dev.trigon.conntrack.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.map.ChronicleMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the flow table stands beside: a Chronicle Map as it comes, with keys of 16 octets and values of 32. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlainMapBenchmark {
    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 32;
    private static final int ORDER_MASK = (1 << 20) - 1;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    static {
        CellMap.quieten();
    }

    @Param({"1000", "100000", "1000000"})
    int flows;

    private ChronicleMap<byte[], byte[]> map;
    private final int[] order = new int[ORDER_MASK + 1];
    private final byte[] key = new byte[KEY_LENGTH];
    private final byte[] value = new byte[VALUE_LENGTH];
    private int next;

    @Setup
    public void fill() {
        map = ChronicleMap.of(byte[].class, byte[].class)
                .constantKeySizeBySample(new byte[KEY_LENGTH])
                .constantValueSizeBySample(new byte[VALUE_LENGTH])
                .entries(2L * flows)
                .create();
        for (int i = 0; i < flows; i++) {
            map.put(key(i), value);
        }
        SplittableRandom random = new SplittableRandom(flows);
        for (int i = 0; i < order.length; i++) {
            order[i] = random.nextInt(flows);
        }
    }

    @TearDown
    public void close() {
        map.close();
    }

    private byte[] key(int number) {
        WORD.set(key, 0, 0xCB00_710A_0A00_0000L + number);
        WORD.set(key, Long.BYTES, 0x0000_0006_9C40_0050L);
        return key;
    }

    @Benchmark
    public byte[] getUsing() {
        return map.getUsing(key(order[next++ & ORDER_MASK]), value);
    }
}
