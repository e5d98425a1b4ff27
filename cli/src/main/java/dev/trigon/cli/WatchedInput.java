package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * What arrives on a channel. Where nothing does for too long the channel is closed, which ends the read; until the first one,
 * whatever else waits on the channel.
 */
final class WatchedInput extends InputStream {
    private static final long POLL_MS = 250;
    private static final long NOT_WAITING = 0;
    private static final int BUFFER_OCTETS = 64 * 1024;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_OCTETS).limit(0);
    private final Timer watch = new Timer(true);
    /** Written by the reader, read by the watch. */
    private volatile long waitingSinceNs = now();

    WatchedInput(SocketChannel channel, long timeoutSeconds) {
        this.channel = channel;
        long timeoutNs = TimeUnit.SECONDS.toNanos(timeoutSeconds);
        watch.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        long sinceNs = waitingSinceNs;
                        if (sinceNs != NOT_WAITING && System.nanoTime() - sinceNs > timeoutNs) {
                            closeChannel();
                        }
                    }
                },
                POLL_MS,
                POLL_MS);
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            // then the read ends with that
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(into, offset, count);
        return count;
    }

    /** An odd number is never {@link #NOT_WAITING}, and a nanosecond off. */
    private static long now() {
        return System.nanoTime() | 1;
    }

    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        buffer.clear();
        waitingSinceNs = now();
        int count = channel.read(buffer);
        waitingSinceNs = NOT_WAITING;
        buffer.flip();
        return count > 0;
    }

    @Override
    public void close() {
        watch.cancel();
    }
}
