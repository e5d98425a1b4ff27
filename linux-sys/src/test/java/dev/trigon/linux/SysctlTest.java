package dev.trigon.linux;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NetworkNamespace.class)
class SysctlTest {
    @Test
    void shouldReadAndWriteInOwnNamespace() {
        Sysctl setting = Sysctl.ipv4Interface("lo", "arp_ignore");
        assertThat(setting.readInt()).isZero();
        setting.write("1");
        assertThat(setting.read()).isEqualTo("1");
    }

    @Test
    void shouldTakeInterfaceNameWithDots() {
        sh("ip link add v0.100 type veth peer name v1");
        Sysctl setting = Sysctl.ipv4Interface("v0.100", "rp_filter");
        assertThat(setting.exists()).isTrue();
        assertThat(setting.name()).isEqualTo("net.ipv4.conf.v0/100.rp_filter");
        assertThat(Sysctl.parse(setting.name())).isEqualTo(setting);
        setting.write("2");
        assertThat(setting.readInt()).isEqualTo(2);
    }

    @Test
    void shouldNameSettingAndReasonWhenRefused() {
        Sysctl none = Sysctl.ipv4Interface("v0", "rp_filter");
        assertThat(none.exists()).isFalse();
        assertThatThrownBy(none::read)
                .hasMessage("read(net.ipv4.conf.v0.rp_filter): No such file or directory (errno 2)");
        assertThatThrownBy(() -> none.write("1"))
                .hasMessage("write(net.ipv4.conf.v0.rp_filter, 1): No such file or directory (errno 2)");
        assertThatThrownBy(() -> Sysctl.ipv4Interface("lo", "arp_ignore").write("many"))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("write(net.ipv4.conf.lo.arp_ignore, many), Invalid argument");
        assertThatThrownBy(() -> Sysctl.parse("kernel.osrelease").readInt()).isInstanceOf(LinuxException.class);
    }

    @Test
    void shouldRefuseNamesThatLeaveProcSys() {
        for (String part : List.of("..", ".", "", "a/b")) {
            assertThatThrownBy(() -> new Sysctl(List.of("net", part))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Sysctl.parse("net.//.x")).isInstanceOf(IllegalArgumentException.class);
    }
}
