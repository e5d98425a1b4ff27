package dev.trigon.dataplane.port.pcap;

import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.concurrent.TimeUnit;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapDumper;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.namednumber.DataLinkType;

/** One pcap file, with times to the nanosecond, for a number of frames. One thread uses it. */
final class TraceFile implements AutoCloseable {
    /** The most that tools take a frame to have. */
    private static final int SNAPLEN = 262_144;

    private final Path path;
    private final PcapHandle format;
    private final PcapDumper file;
    private int room;

    private TraceFile(Path path, PcapHandle format, PcapDumper file, int frames) {
        this.path = path;
        this.format = format;
        this.file = file;
        this.room = frames;
    }

    /** Makes the file, in place of one that is there. */
    static TraceFile create(Path path, int frames) throws PcapNativeException, NotOpenException {
        PcapHandle format = Pcaps.openDead(DataLinkType.EN10MB, SNAPLEN, TimestampPrecision.NANO);
        try {
            return new TraceFile(path, format, format.dumpOpen(path.toString()), frames);
        } catch (PcapNativeException | NotOpenException | RuntimeException e) {
            format.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    boolean isFull() {
        return room == 0;
    }

    void write(byte[] frame, long epochNs) throws NotOpenException {
        Timestamp time = new Timestamp(TimeUnit.NANOSECONDS.toMillis(epochNs));
        time.setNanos((int) Math.floorMod(epochNs, TimeUnit.SECONDS.toNanos(1)));
        file.dumpRaw(frame, time);
        room--;
    }

    /** Writing alone says nothing of a disk that is full; this does. */
    void flush() throws PcapNativeException, NotOpenException {
        file.flush();
    }

    @Override
    public void close() {
        file.close();
        format.close();
    }
}
