package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapNativeException;

/**
 * Writes down what a port brings in and what it takes out, in pcap files: {@code IF-in.pcap} and {@code IF-out.pcap}.
 * What was sent is what the kernel took, a super-packet in one piece, whatever interface it left by.
 *
 * <p>The packet path copies a frame and goes on; a thread writes it. When a file has its number of frames it is closed and
 * no more is said about that direction. Whatever goes wrong ends the trace, with a line in the log, and nothing else.
 */
public final class TracedPort implements PacketPort {
    static final int IN = 0;
    static final int OUT = 1;

    private final PacketPort port;
    private final TraceWriter writer;
    /** Wall clock when System.nanoTime was 0: a trace is short enough for the two to go alike. */
    private final long epochNs;

    private TracedPort(PacketPort port, TraceWriter writer) {
        this.port = port;
        this.writer = writer;
        Instant now = Instant.now();
        epochNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
    }

    /**
     * Begins a trace.
     *
     * @param frames that each file may have
     * @throws PortException if the files cannot be made
     */
    public static TracedPort open(PacketPort port, String interfaceName, Path directory, int frames)
            throws PortException {
        try {
            Files.createDirectories(directory);
            TraceFile in = TraceFile.create(directory.resolve(interfaceName + "-in.pcap"), frames);
            TraceFile out;
            try {
                out = TraceFile.create(directory.resolve(interfaceName + "-out.pcap"), frames);
            } catch (PcapNativeException | NotOpenException e) {
                in.close();
                throw e;
            }
            return new TracedPort(port, TraceWriter.start(interfaceName, in, out));
        } catch (IOException | PcapNativeException | NotOpenException e) {
            throw new PortException(
                    "no trace can be written in " + directory + " (" + e.getMessage() + ")",
                    "name a directory that can be written as trace.directory, or leave trace out",
                    e);
        }
    }

    /** Whether anything more would be written down. */
    boolean isWriting() {
        return writer.wants(IN) || writer.wants(OUT);
    }

    private long nowNs() {
        return epochNs + System.nanoTime();
    }

    @Override
    public Batch newBatch(int capacity) {
        return port.newBatch(capacity);
    }

    @Override
    public void receive(Batch batch) {
        int before = batch.count();
        port.receive(batch);
        if (batch.count() > before && writer.wants(IN)) {
            long nowNs = nowNs();
            for (int frame = before; frame < batch.count(); frame++) {
                writer.offer(batch, frame, IN, nowNs);
            }
        }
    }

    @Override
    public void transmit(Batch batch) {
        port.transmit(batch);
        if (writer.wants(OUT)) {
            long nowNs = nowNs();
            for (int frame = 0; frame < batch.count(); frame++) {
                if (batch.egress(frame) != Batch.STAYS && batch.errno(frame) == 0) {
                    writer.offer(batch, frame, OUT, nowNs);
                }
            }
        }
    }

    @Override
    public void await(int timeoutMs) {
        port.await(timeoutMs);
    }

    @Override
    public void wake() {
        port.wake();
    }

    @Override
    public void steer(Steering wanted) {
        port.steer(wanted);
    }

    @Override
    public long kernelDrops() {
        return port.kernelDrops();
    }

    @Override
    public void close() {
        try {
            port.close();
        } finally {
            writer.close();
        }
    }
}
