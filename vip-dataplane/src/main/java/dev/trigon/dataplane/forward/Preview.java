package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.wire.Packet;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What becomes of the octets of a flow's first packet on its way to a backend, by the code that does it; nothing is sent. */
public final class Preview {
    private static final HexFormat HEX = HexFormat.of();

    /**
     * A frame as it arrives and as it leaves, in hexadecimal.
     *
     * @param hop null: none is known
     * @param after null: it would not leave
     */
    public record Passage(
            @Nullable NextHop hop, String before, @Nullable String after) {}

    private Preview() {}

    /** @param gatewayMac to which a client's packets come */
    public static Passage of(
            Protocol protocol,
            InetAddress client,
            int clientPort,
            InetAddress vip,
            int vipPort,
            long gatewayMac,
            Backend backend) {
        byte[] before = SampleFrame.of(protocol, client, clientPort, vip, vipPort, gatewayMac);
        NextHop hop = backend.nextHop();
        if (hop == null || !Delivery.reaches(backend, hop)) {
            return new Passage(hop, HEX.formatHex(before), null);
        }
        byte[] after = before.clone();
        Packet packet = new Packet();
        packet.parse(ByteBuffer.wrap(after), 0, after.length);
        Delivery.address(packet, backend);
        Delivery.hand(packet, hop);
        return new Passage(hop, HEX.formatHex(before), HEX.formatHex(after));
    }
}
