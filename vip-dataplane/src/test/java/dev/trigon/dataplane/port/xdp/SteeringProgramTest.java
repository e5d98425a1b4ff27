package dev.trigon.dataplane.port.xdp;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.bpf.XdpLink.Mode;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.netlink.XdpAttachment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On real interfaces. */
@ExtendWith(NetworkNamespace.class)
class SteeringProgramTest {
    private static final int EBUSY = 16;

    private static SteeringProgram attach(Link link, boolean frags, Mode mode, SteeredVips vips) {
        return SteeringProgram.attach(link.index(), SteeringBench.MAC, SteeringBench.MTU_FRAME, 1, frags, mode, vips);
    }

    private static Link veth(Rtnetlink kernel) {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        return kernel.link("v0").orElseThrow();
    }

    /** Of maps, programs and links. */
    private static long openBpfFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(SteeringProgramTest::isBpf).count();
        }
    }

    private static boolean isBpf(Path file) {
        try {
            String name = Files.readSymbolicLink(file).toString();
            return name.startsWith("anon_inode:bpf") && !name.contains("vips");
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeThereUntilItIsClosed(Mode mode) throws IOException {
        try (Rtnetlink kernel = Rtnetlink.open();
                SteeredVips vips = SteeredVips.create()) {
            Link v0 = veth(kernel);
            long before = openBpfFiles();
            for (boolean frags : List.of(true, false)) {
                try (SteeringProgram steering = attach(v0, frags, mode, vips)) {
                    assertThat(steering).isNotNull();
                    assertThat(kernel.xdpPrograms("v0"))
                            .extracting(XdpAttachment::mode)
                            .containsExactly(XdpAttachment.Mode.valueOf(mode.name()));
                }
                assertThat(kernel.xdpPrograms("v0")).isEmpty();
            }
            assertThat(openBpfFiles()).isEqualTo(before);
        }
    }

    @Test
    void shouldLeaveNothingBehindWhereItCannotBe() throws IOException {
        try (Rtnetlink kernel = Rtnetlink.open();
                SteeredVips vips = SteeredVips.create()) {
            Link v0 = veth(kernel);
            try (SteeringProgram first = attach(v0, true, Mode.NATIVE, vips)) {
                assertThat(first).isNotNull();
                List<XdpAttachment> attached = kernel.xdpPrograms("v0");
                long before = openBpfFiles();
                assertThatThrownBy(() -> attach(v0, true, Mode.NATIVE, vips))
                        .isInstanceOfSatisfying(
                                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EBUSY))
                        .hasMessageContaining("XDP trigon_steering, interface " + v0.index() + ", NATIVE");
                assertThat(openBpfFiles()).isEqualTo(before);
                assertThat(kernel.xdpPrograms("v0")).isEqualTo(attached);
            }
        }
    }

    /** The same VIPs for all: the program on each interface has them in it, whatever becomes of those who made them. */
    @Test
    void shouldShareTheVipsAmongInterfaces() {
        try (Rtnetlink kernel = Rtnetlink.open();
                SteeredVips vips = SteeredVips.create()) {
            Link v0 = veth(kernel);
            Link v1 = kernel.link("v1").orElseThrow();
            try (SteeringProgram one = attach(v0, false, Mode.NATIVE, vips);
                    SteeringProgram other = attach(v1, false, Mode.NATIVE, vips)) {
                assertThat(one).isNotEqualTo(other);
                assertThat(kernel.xdpPrograms("v0")).hasSize(1).isNotEqualTo(kernel.xdpPrograms("v1"));
            }
        }
    }
}
