package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives, while services and next hops come and go: one verdict each, and no exception. */
class ForwarderFuzzTest {
    private static final int FRAMES = 320_000;

    /** ENOBUFS, ENETDOWN, EMSGSIZE, EPERM, and one that no kernel has. */
    private static final int[] ERRNOS = {105, 100, 90, 1, 4_711};

    private static final List<byte[]> SEEDS = List.of(
            TestFrame.tcp().payload(new byte[32]).build(),
            TestFrame.tcp().flags(2).ipOptions(new byte[12]).build(),
            TestFrame.udp()
                    .to("203.0.113.10", 53)
                    .payload(new byte[5])
                    .padTo(60)
                    .build(),
            TestFrame.udp()
                    .to("203.0.113.20", 53)
                    .sum(Sum.PARTIAL)
                    .payload(new byte[64])
                    .build(),
            TestFrame.tcp().to("203.0.113.20", 80).payload(new byte[1_400]).build(),
            TestFrame.tcp().to("203.0.113.10", 81).build(),
            TestFrame.tcp().to("203.0.113.20", 80).ttl(1).build(),
            TestFrame.ip(1).build(),
            TestFrame.udp().fragment(0x2000).payload(new byte[8]).build(),
            TestFrame.udp().fragment(0x0002).payload(new byte[8]).build(),
            TestFrame.udp()
                    .to("203.0.113.20", 53)
                    .fragment(0x2002)
                    .payload(new byte[8])
                    .build(),
            TestFrame.echoRequest(1, 2).build(),
            TestFrame.icmpError(
                            3,
                            4,
                            1_280,
                            TestFrame.tcp().from("203.0.113.10", 80).to("198.51.100.10", 40_000),
                            40)
                    .build(),
            TestFrame.icmpError(
                            11, 0, 0, TestFrame.tcp().from("203.0.113.20", 80).to("198.51.100.10", 4), 40)
                    .to("203.0.113.20", 0)
                    .build(),
            TestFrame.tcp().from("224.0.0.1", 1).build(),
            TestFrame.tcp().tag(0x8100, 5).build(),
            TestFrame.tcp().payload(new byte[64]).fragments(8).get(0),
            TestFrame.udp().to("203.0.113.10", 53).payload(new byte[1_600]).build(),
            TestFrame.tcp().payload(new byte[1_700]).build(),
            TestFrame.tcp()
                    .ipv6()
                    .from("2001:db8:c::10", 5)
                    .to("2001:db8:f::10", 80)
                    .build(),
            TestFrame.tcp()
                    .ipv6()
                    .from("2001:db8:c::10", 5)
                    .to("2001:db8:f::10", 80)
                    .extension(Extension.routing(4, 1))
                    .build(),
            TestFrame.neighborSolicitation("2001:db8:f::10").from("fe80::1", 0).build(),
            hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c6336401 000000000000 cb00710a"));

    @Test
    void shouldGiveEveryFrameOneVerdict() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ForwarderFuzzTest seed " + seed);
        Random random = new Random(seed);
        try (Rig rig = new Rig(new AnswerPolicy(false, 10))) {
            for (int sent = 0; sent < FRAMES; ) {
                if (random.nextInt(100) == 0) {
                    rig.serve(services(random));
                    changeNextHops(rig, random);
                }
                rig.batch.clear();
                rig.forwarder.release(rig.batch, rig.nowMs);
                while (!rig.batch.isFull()) {
                    rig.receive(mutant(random), random.nextInt(100) == 0);
                    sent++;
                }
                rig.pass(random.nextInt(8) == 0 ? ERRNOS[random.nextInt(ERRNOS.length)] : 0);
                rig.nowMs += random.nextInt(100);
                rig.flows.writeBehind(rig.nowMs, 128);
                rig.reading();
            }
            assertEverythingWasMet(rig.reading(), seed);
        }
    }

    private static Specs[] services(Random random) {
        Specs[] all = {
            some(service("web"), random),
            service("web6").vip("2001:db8:f::10").backend(99, "2001:db8:2::11", 1),
            some(service("dns").udp().ports(new PortRange(53, 53)).maglev(), random),
            some(service("far").vip("203.0.113.20").l3dsr(7).maglev(), random),
            some(service("far-dns").vip("203.0.113.20").l3dsr(7).udp().ports(new PortRange(0, 65_535)), random),
            service("none").ports(new PortRange(81, 81))
        };
        return Arrays.copyOf(all, random.nextInt(all.length + 1));
    }

    private static void changeNextHops(Rig rig, Random random) {
        for (int host = 11; host < 14; host++) {
            switch (random.nextInt(4)) {
                case 0 -> rig.unresolve("10.2.0." + host);
                case 1 -> rig.resolve("10.2.0." + host, Rig.MTU);
                case 2 -> rig.reroute("10.2.0." + host);
                default -> rig.resolve("10.2.0." + host, 600);
            }
        }
    }

    private static Specs some(Specs specs, Random random) {
        int id = specs.spec().name().hashCode() & 0xFFFF;
        for (int i = 0; i < random.nextInt(4); i++) {
            specs.backend(id + i, "10.2.0." + (11 + i), random.nextInt(3));
        }
        return specs;
    }

    private static byte[] mutant(Random random) {
        byte[] frame = SEEDS.get(random.nextInt(SEEDS.size())).clone();
        switch (random.nextInt(8)) {
            case 0 -> frame = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            case 1 -> frame = Arrays.copyOf(frame, frame.length + random.nextInt(64));
            case 2 -> random.nextBytes(frame);
            case 3, 4, 5 -> {
                for (int i = 1 + random.nextInt(6); i > 0; i--) {
                    frame[random.nextInt(Math.min(frame.length, 60))] = (byte) random.nextInt(256);
                }
            }
            case 6 -> frame[34 + random.nextInt(2)] = (byte) random.nextInt(256); // the client's port
            default -> frame[14] = (byte) (0x40 | random.nextInt(16));
        }
        return frame;
    }

    private static void assertEverythingWasMet(Reading reading, long seed) {
        for (Verdict verdict : Verdict.values()) {
            if (verdict != Verdict.WAITING) {
                assertThat(reading.of(verdict)).as("%s, seed %d", verdict, seed).isPositive();
            }
        }
        // a fault is what this is to find none of, and so many fragments do not wait here
        for (DropReason reason : EnumSet.complementOf(EnumSet.of(DropReason.FAULT, DropReason.FRAGMENT_QUEUE_FULL))) {
            assertThat(reading.of(reason)).as("%s, seed %d", reason, seed).isPositive();
        }
    }
}
