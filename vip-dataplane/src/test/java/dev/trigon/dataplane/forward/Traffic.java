package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;

/** The frames of a scene's flows, by the flows' numbers: written into a batch as a port would, and as cheaply. */
final class Traffic {
    private static final int FIRST_CLIENT_PORT = 1_024;
    private static final int PORT_MASK = 0x7FFF;

    private final byte[] template;
    private final int vips;
    private final int clientAt;
    private final int vipAt;
    private final int portAt;
    private final int client;
    private final int vip;

    Traffic(Scene scene) {
        this.template = scene.frame().build();
        this.vips = scene.vips;
        ByteBuffer frame = ByteBuffer.wrap(template);
        Packet packet = new Packet();
        packet.parse(frame, 0, template.length);
        int addressLength = packet.isIpv6() ? 2 * Long.BYTES : Integer.BYTES;
        int addressesEnd = TestFrame.ETHERNET + (packet.isIpv6() ? 40 : 20);
        this.vipAt = addressesEnd - Integer.BYTES;
        this.clientAt = vipAt - addressLength;
        this.portAt = packet.transportAt();
        this.client = frame.getInt(clientAt);
        this.vip = frame.getInt(vipAt);
    }

    void write(Batch batch, int flow) {
        int at = batch.at(batch.add(template.length, false));
        ByteBuffer frames = batch.frames();
        frames.put(at, template);
        frames.putInt(at + clientAt, client + flow);
        frames.putShort(at + portAt, (short) (FIRST_CLIENT_PORT + (flow & PORT_MASK)));
        if (vips > 1) {
            frames.putInt(at + vipAt, vip + flow % vips);
        }
    }

    /** The key of a flow over IPv4. */
    FlowKey key(int flow, FlowKey into) {
        int to = vip + (vips > 1 ? flow % vips : 0);
        return into.set(
                0,
                IpAddress.mapped(client + flow),
                0,
                IpAddress.mapped(to),
                FlowKey.UDP,
                FIRST_CLIENT_PORT + (flow & PORT_MASK),
                Scene.PORT);
    }
}
