package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.port.PacketPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface as an engine opened it.
 *
 * @param ports a worker has one each: pcap has one, af_xdp one for each receive queue
 * @param engine {@link #PCAP} or {@link #AF_XDP}
 * @param mode how the engine works there, where it has more than one way; null: it has one
 * @param reason why this engine and no other
 */
record OpenedArm(
        List<PacketPort> ports, String engine, @Nullable String mode, String reason) {
    static final String PCAP = "pcap";
    static final String AF_XDP = "af_xdp";

    OpenedArm {
        ports = List.copyOf(ports);
    }
}
