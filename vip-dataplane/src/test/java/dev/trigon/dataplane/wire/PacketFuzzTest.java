package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes in: a flaw or a packet whose every answer can be asked for, and no octet read that is not there. */
class PacketFuzzTest {
    private static final int INPUTS = 400_000;
    private static final TestFrame LARGE = TestFrame.udp().payload(new byte[40]);
    private static final List<byte[]> SEEDS = List.of(
            TestFrame.tcp().payload(new byte[9]).build(),
            TestFrame.tcp().ipOptions(new byte[12]).tcpOptions(new byte[12]).build(),
            TestFrame.udp().payload(new byte[3]).padTo(60).build(),
            TestFrame.udp().tag(0x88A8, 7).tag(0x8100, 8).build(),
            TestFrame.tcp().fragment(0x2000).build(),
            TestFrame.tcp().fragment(0x0003).build(),
            TestFrame.echoRequest(1, 2).build(),
            TestFrame.icmpError(3, 4, 1_280, LARGE, 40).build(),
            TestFrame.icmpError(11, 0, 0, TestFrame.tcp().ipOptions(new byte[8]), 99)
                    .build(),
            TestFrame.tcp().ipv6().payload(new byte[9]).build(),
            TestFrame.udp().ipv6().tag(0x8100, 8).build(),
            TestFrame.tcp()
                    .ipv6()
                    .extension(Extension.hopByHop(8))
                    .extension(Extension.routing(3, 0))
                    .extension(Extension.destinationOptions(16))
                    .build(),
            TestFrame.udp()
                    .ipv6()
                    .fragment(0, true, 1)
                    .extension(Extension.destinationOptions(8))
                    .build(),
            TestFrame.udp().ipv6().fragment(16, false, 1).build(),
            TestFrame.echoRequest6(1, 2).build(),
            TestFrame.icmpError(2, 0, 1_280, TestFrame.tcp().ipv6().extension(Extension.destinationOptions(8)), 99)
                    .build(),
            TestFrame.icmpError(1, 4, 0, TestFrame.tcp().ipv6().extension(Extension.routing(3, 0)), 99)
                    .build(),
            TestFrame.neighborSolicitation("2001:db8:f::10", TestFrame.linkLayerOption(1, 2))
                    .build());

    private final Packet packet = new Packet();

    @Test
    void shouldEndAnyOctetsInAFlawAndNotInAnException() {
        long seed = System.nanoTime();
        System.out.println("PacketFuzzTest seed " + seed);
        Random random = new Random(seed);
        Map<Flaw, Integer> met = new EnumMap<>(Flaw.class);
        Map<Flaw, Integer> metEmbedded = new EnumMap<>(Flaw.class);
        int solicitations = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] octets = mutate(random);
            // exactly as much memory as the frame has: one octet too far throws
            Flaw flaw = packet.parse(ByteBuffer.wrap(octets), 0, octets.length);
            met.merge(flaw, 1, Integer::sum);
            if (flaw == Flaw.NONE && packet.isIp()) {
                ask(octets.length);
                if (packet.isIcmpError()) {
                    metEmbedded.merge(askEmbedded(), 1, Integer::sum);
                }
                solicitations += packet.isNeighborSolicitation() ? 1 : 0;
                packet.completeChecksum();
                packet.redirect(random.nextLong(), random.nextLong(), random.nextInt(64));
            }
        }
        assertThat(met).as("seed %d", seed).containsOnlyKeys(Flaw.values());
        assertThat(metEmbedded)
                .as("seed %d", seed)
                .containsKeys(Flaw.NONE, Flaw.TRUNCATED, Flaw.BAD_IP_HEADER, Flaw.BAD_EXTENSION_HEADERS);
        assertThat(solicitations).as("seed %d", seed).isPositive();
    }

    /** All that parse vouches for. */
    private void ask(int octets) {
        assertThat(packet.ipAt() + packet.ipLength()).isLessThanOrEqualTo(octets);
        assertThat(packet.transportAt() + packet.transportLength()).isEqualTo(packet.ipAt() + packet.ipLength());
        boolean tcp = packet.protocol() == 6;
        if ((tcp || packet.protocol() == 17) && packet.fragmentOffset() == 0) {
            int ports = packet.sourcePort() | packet.destinationPort() | (tcp ? packet.tcpFlags() : 0);
            assertThat(ports).isBetween(0, 0xFFFF);
        }
        if (packet.isFragment()) {
            assertThat(packet.fragmentOctets()).isPositive();
            assertThat(packet.fragmentOffset() + packet.fragmentOctets()).isLessThanOrEqualTo(0xFFFF);
        }
    }

    private Flaw askEmbedded() {
        Flaw flaw = packet.parseEmbedded();
        EmbeddedPacket embedded = packet.embedded();
        if (flaw == Flaw.NONE && embedded.hasPorts()) {
            assertThat(embedded.sourcePort() | embedded.destinationPort()).isBetween(0, 0xFFFF);
        }
        return flaw;
    }

    private static byte[] mutate(Random random) {
        byte[] seed = SEEDS.get(random.nextInt(SEEDS.size()));
        int octets = random.nextInt(4) == 0 ? random.nextInt(seed.length + 1) : seed.length;
        byte[] frame = Arrays.copyOf(seed, octets);
        for (int changes = random.nextInt(4); changes > 0 && octets > 0; changes--) {
            int at = random.nextInt(octets);
            frame[at] = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> (byte) 0xFF;
                case 2 -> (byte) (frame[at] ^ (1 << random.nextInt(8)));
                default -> (byte) random.nextInt(256);
            };
        }
        return frame;
    }
}
