package dev.trigon.bench;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.pcap.PcapPort;
import dev.trigon.dataplane.port.xdp.SteeredVips;
import dev.trigon.dataplane.port.xdp.XdpArm;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.linux.netlink.Link;
import java.util.Set;

/**
 * vipd's engine with nothing in it: what arrives goes back with its MACs swapped. What vipd takes more than this for is
 * balancing.
 *
 * <p>Arguments: {@code engine=pcap} or {@code af_xdp}, {@code interface=}, {@code to=} the addresses that are sent to.
 */
final class EngineBounce {
    private static final int BATCH = 64;
    private static final int IDLE_MS = 100;
    private static final int TAGS_LENGTH = 8;

    private EngineBounce() {}

    public static void main(String[] arguments) throws Exception {
        Options options = Options.of(arguments);
        Link link = options.link("interface");
        try (PacketPort port = open(options.text("engine"), link)) {
            port.steer(new Steering(options.addresses("to"), Set.of()));
            System.out.println("ready");
            bounce(port, link.index());
        }
    }

    private static PacketPort open(String engine, Link link) throws Exception {
        int frameOctets = link.mtu() + EthernetHeader.LENGTH + TAGS_LENGTH;
        return switch (engine) {
            case "pcap" -> PcapPort.open(link.name(), frameOctets, BATCH);
            case "af_xdp" -> {
                long mac = link.mac() == null ? 0 : link.mac().value();
                XdpArm.Interface arm = new XdpArm.Interface(link.name(), link.index(), mac, frameOctets, 1, 1);
                yield XdpArm.open(arm, XdpArm.Worst.GENERIC, BATCH, SteeredVips.create(), ifIndex -> 1)
                        .ports()
                        .get(0);
            }
            default -> throw new IllegalArgumentException("no engine is called " + engine);
        };
    }

    @SuppressWarnings("InfiniteLoop")
    private static void bounce(PacketPort port, int ifIndex) {
        Batch batch = port.newBatch(BATCH);
        EthernetHeader ethernet = new EthernetHeader();
        while (true) {
            batch.clear();
            port.receive(batch);
            for (int frame = 0; frame < batch.count(); frame++) {
                ethernet.wrap(batch.frames(), batch.at(frame));
                long destination = ethernet.destination();
                ethernet.destination(ethernet.source());
                ethernet.source(destination);
                batch.send(frame, ifIndex);
            }
            if (batch.count() > 0) {
                port.transmit(batch);
            } else {
                port.await(IDLE_MS);
            }
        }
    }
}
