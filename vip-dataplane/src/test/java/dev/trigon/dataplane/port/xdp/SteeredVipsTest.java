package dev.trigon.dataplane.port.xdp;

import static dev.trigon.dataplane.port.xdp.SteeringBench.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.libc.LibC;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the kernel's maps. Needs root. */
class SteeredVipsTest {
    private static final int E2BIG = 7;
    private static final InetAddress A = address("203.0.113.10");
    private static final InetAddress B = address("203.0.113.11");
    private static final InetAddress C = address("2001:db8:f::10");
    private static final InetAddress D = address("2001:db8:f::11");

    @BeforeEach
    void needsRoot() {
        assumeThat(LibC.geteuid()).as("bpf(2) needs root").isZero();
    }

    private static Set<InetAddress> kernels(SteeredVips vips) {
        Set<InetAddress> all = new HashSet<>();
        for (BpfMap map : List.of(vips.ipv4(), vips.ipv6())) {
            for (Optional<byte[]> key = map.nextKey(null); key.isPresent(); key = map.nextKey(key.get())) {
                try {
                    all.add(InetAddress.getByAddress(key.get()));
                } catch (UnknownHostException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return all;
    }

    private static List<InetAddress> ipv4(int from, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> IpAddress.toInetAddress(0, IpAddress.mapped(from + i)))
                .toList();
    }

    @Test
    void shouldBeTheseAndNoOthers() {
        try (SteeredVips vips = SteeredVips.create()) {
            assertThat(kernels(vips)).isEmpty();
            for (List<InetAddress> wanted : List.of(
                    List.of(A, C),
                    List.of(A, B, C, D),
                    List.of(B, D),
                    List.of(A, A),
                    List.<InetAddress>of(),
                    List.of(D))) {
                vips.set(wanted);
                assertThat(kernels(vips)).containsExactlyInAnyOrderElementsOf(new HashSet<>(wanted));
            }
        }
    }

    @Test
    void shouldSayWhenThereAreTooManyAndGoOnWithFewer() {
        try (SteeredVips vips = SteeredVips.create()) {
            List<InetAddress> tooMany = ipv4(0x0A00_0000, SteeredVips.MOST + 1);
            vips.set(List.of(B));
            assertThatThrownBy(() -> vips.set(tooMany))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(E2BIG))
                    .hasMessageContaining("BPF_MAP_UPDATE_ELEM, vips_ipv4, ");
            assertThat(kernels(vips)).hasSize(SteeredVips.MOST);

            vips.set(List.of(A, C));
            assertThat(kernels(vips)).containsExactlyInAnyOrder(A, C);
        }
    }

    @Test
    void shouldTakeOtherVipsInThePlaceOfAsManyAsThereCanBe() {
        try (SteeredVips vips = SteeredVips.create()) {
            vips.set(ipv4(0x0A00_0000, SteeredVips.MOST));
            List<InetAddress> others = ipv4(0x0B00_0000, SteeredVips.MOST);
            vips.set(others);
            assertThat(kernels(vips)).isEqualTo(new HashSet<>(others));
        }
    }
}
