package dev.trigon.dataplane.port.raw;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.linux.packet.FrameSender;
import dev.trigon.linux.packet.SegmentSender;

/** Sends a batch's frames through raw sockets: whole ones many a system call, super-packets in segments. For one thread. */
public final class RawOutput implements AutoCloseable {
    private final FrameSender sender;
    private final SegmentSender segments;
    private final SuperPacket superPacket = new SuperPacket();
    private final int[] sent;
    private final int[] errnos;
    private int queued;

    public RawOutput(int batchCapacity) {
        this.sender = FrameSender.open(batchCapacity);
        this.segments = SegmentSender.open();
        this.sent = new int[batchCapacity];
        this.errnos = new int[batchCapacity];
    }

    /** Sends a frame that leaves, with {@link #flush} at the latest. */
    public void send(Batch batch, int frame) {
        if (batch.segment(frame) == Batch.WHOLE) {
            sender.queue(batch.address(frame), batch.length(frame), batch.egress(frame));
            sent[queued++] = frame;
        } else {
            // what was queued before it is sent before it: a flow keeps its order
            flush(batch);
            batch.errno(frame, superPacket.send(batch, frame, segments));
        }
    }

    /** Sends what is queued, and notes an errno at each frame that the kernel refused. */
    public void flush(Batch batch) {
        if (queued > 0 && sender.flush(errnos) < queued) {
            for (int i = 0; i < queued; i++) {
                batch.errno(sent[i], errnos[i]);
            }
        }
        queued = 0;
    }

    @Override
    public void close() {
        sender.close();
        segments.close();
    }
}
