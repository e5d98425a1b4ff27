package dev.trigon.dataplane.doctor;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NetworkNamespace.class)
class LinuxHostTest {
    @Test
    void shouldReadAndSetWhatTheKernelHas() {
        sh("ip link add v0 type veth peer name v1");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            LinuxHost host = new LinuxHost(kernel);
            Sysctl filter = Sysctl.ipv4Interface("v0", "rp_filter");

            host.set(filter, "1");
            assertThat(host.setting(filter)).contains("1");
            host.set(filter, "2");
            assertThat(host.setting(filter)).contains("2");

            // the machine's own namespace alone has it
            assertThat(host.setting(new Sysctl(List.of("net", "ipv4", "neigh", "default", "gc_thresh3"))))
                    .isEmpty();
            sh("ethtool -K v0 gro on");
            assertThat(host.isOn("v0", Offload.GRO)).isTrue();
        }
    }

    @Test
    void shouldCountItsFilesAndItsDisk() throws IOException {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            LinuxHost host = new LinuxHost(kernel);

            assertThat(host.openFiles().open()).isBetween(10L, host.openFiles().limit());
            assertThat(host.space(Path.of("/")).free())
                    .isBetween(1L, host.space(Path.of("/")).total());
        }
    }
}
