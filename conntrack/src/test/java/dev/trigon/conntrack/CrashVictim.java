package dev.trigon.conntrack;

import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A process to be killed: its threads put, update and remove flows as fast as they can, and tell in a mapped file how far
 * each has got. Puts a flow, updates one of those it put, removes the one it put {@link #WINDOW} ago; and so on. Another
 * puts flows that are idle and removes them as expiry does.
 */
final class CrashVictim {
    static final int THREADS = 2;
    static final int WINDOW = 10_000;
    /** In place of a thread: whose flows are idle from the start. */
    private static final int IDLE = 10_000;

    private static final long LONG_AGO_MS = -1_000_000;
    static final int MAX_FLOWS = 262_144;
    static final int PROGRESS_LENGTH = THREADS * 3 * Long.BYTES;

    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private CrashVictim() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int round = Integer.parseInt(args[1]);
        ByteBuffer progress = map(directory);
        @SuppressWarnings("resource") // killed, never closed
        FlowTable table = FlowTable.open(directory, MAX_FLOWS);
        for (int thread = 0; thread < THREADS; thread++) {
            int of = thread;
            new Thread(() -> run(table, progress, round, of)).start();
        }
        expire(table, round);
    }

    /** Flows that come to be removed a part of the table at a time, where the threads put theirs. */
    private static void expire(FlowTable table, int round) throws InterruptedException {
        FlowTimeouts shortest = new FlowTimeouts(1, 1, 1, 1, 1);
        FlowRecord flow = new FlowRecord();
        FlowKey key = new FlowKey();
        for (long i = 0; ; i++) {
            for (long of = 50 * i; of < 50 * (i + 1); of++) {
                table.put(set(key, round, IDLE, of), flow.set(backend(of), FlowState.CLOSED, LONG_AGO_MS));
            }
            for (int step = 0; step < 20; step++) {
                table.expireNext(0, id -> shortest);
                table.reclaimNext(0, id -> shortest, Reclaim.SINGLE_PACKET);
            }
            Thread.sleep(1);
        }
    }

    static ByteBuffer map(Path directory) throws Exception {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("progress").toFile(), "rw")) {
            file.setLength(PROGRESS_LENGTH);
            return file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, PROGRESS_LENGTH);
        }
    }

    private static void run(FlowTable table, ByteBuffer progress, int round, int thread) {
        FlowRecord flow = new FlowRecord();
        FlowKey key = new FlowKey();
        for (long i = 0; ; i++) {
            if (!table.put(set(key, round, thread, i), flow.set(backend(i), FlowState.ESTABLISHED, i, 1, i))) {
                throw new IllegalStateException("full at " + i);
            }
            tell(progress, thread, Told.PUT, i + 1);
            long known = Math.max(0, i - i % WINDOW / 2);
            if (!table.update(set(key, round, thread, known), flow.set(backend(known), FlowState.CLOSING, i, 1, 1))) {
                throw new IllegalStateException("no " + known + " at " + i);
            }
            if (i >= WINDOW) {
                tell(progress, thread, Told.REMOVING, i - WINDOW + 1);
                table.remove(set(key, round, thread, i - WINDOW), flow);
                tell(progress, thread, Told.REMOVED, i - WINDOW + 1);
            }
        }
    }

    /** IPv4 and IPv6 by turns; the number is in the low half of the client's address. */
    static FlowKey set(FlowKey key, int round, int thread, long i) {
        int port = round * THREADS + thread;
        return (i & 1) == 0 ? Keys.setIpv4(key, i, port) : Keys.setIpv6(key, i, port);
    }

    static int backend(long i) {
        return (int) (FlowKey.mix(i) & 0x1F);
    }

    /** What a thread tells: it is done with all below that number, or (REMOVING) may be. */
    enum Told {
        PUT(0),
        REMOVING(1),
        REMOVED(2);

        private final int word;

        Told(int word) {
            this.word = word;
        }
    }

    static long told(ByteBuffer progress, int thread, Told what) {
        return (long) WORD.getVolatile(progress, (thread * 3 + what.word) * Long.BYTES);
    }

    private static void tell(ByteBuffer progress, int thread, Told what, long number) {
        WORD.setVolatile(progress, (thread * 3 + what.word) * Long.BYTES, number);
    }
}
