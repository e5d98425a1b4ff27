package dev.trigon.dataplane.health.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.LinuxException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnavailableTest {
    @ParameterizedTest
    @CsvSource({
        "open(/dev/net/tun), 2, modprobe tun",
        "open(/dev/net/tun), 19, modprobe tun",
        "'ioctl(TUNSETIFF, trigon-hc)', 1, give vipd CAP_NET_ADMIN",
        "open(/dev/net/tun), 13, DeviceAllow=",
        "'ioctl(TUNSETIFF, trigon-hc)', 16, ip -d link show trigon-hc",
        "'ioctl(TUNSETIFF, trigon-hc)', 12, dmesg"
    })
    void shouldSayWhyAndWhatToDo(String call, int errno, String remedy) {
        assertThat(Unavailable.because(new LinuxException(call, errno)))
                .hasMessageStartingWith("checks by way of the VIP: " + call + ": ")
                .hasMessageContaining(remedy);
    }
}
