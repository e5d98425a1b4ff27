package dev.trigon.dataplane.port;

import java.net.InetAddress;
import java.util.List;

/** One interface's frames, in batches. A worker owns its port; only {@link #wake} is for other threads. */
public interface PacketPort extends AutoCloseable {
    /** Adds frames that have arrived, as many as there are and fit. Returns at once. */
    void receive(Batch batch);

    /** Sends every frame that leaves, whole or in segments, and notes an errno at each that the kernel refused. */
    void transmit(Batch batch);

    /** Sleeps until a frame arrives, somebody wakes the port or the time is over. */
    void await(int timeoutMs);

    void wake();

    /**
     * From now on brings in what is addressed to these addresses, and ARP and neighbour discovery that ask for them, with any
     * VLAN tags; nothing else, but where they are very many perhaps what is for their neighbours.
     */
    void steer(List<InetAddress> vips);

    /** Frames that arrived but found no room, since the port was opened. */
    long kernelDrops();

    @Override
    void close();
}
