package dev.trigon.dataplane.port.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.port.PortException;
import dev.trigon.linux.LinuxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each errno comes to that bpf(2), socket(2), setsockopt(2) and bind(2) have for this. */
class RefusalsTest {
    private static final int EFAULT = 14;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EPERM           |   1 | may not load XDP programs           | CAP_BPF
            EPERM, by seccomp | 1 | may not load XDP programs           | seccomp
            EPERM, old Linux |  1 | may not load XDP programs           | before Linux 5.11 also RLIMIT_MEMLOCK
            EACCES          |  13 | will not have vipd's XDP program    | SELinux
            EBUSY, this mode | 16 | another XDP program is on eth0      | ip -d link show eth0
            EEXIST, the other mode | 17 | another XDP program is on eth0 | xdpgeneric off
            ENOSYS          |  38 | eth0 takes no XDP program           | Linux 5.9
            EINVAL, no such command | 22 | eth0 takes no XDP program    | Linux 5.9
            E2BIG, no such field | 7 | eth0 takes no XDP program        | Linux 5.9
            EOPNOTSUPP      |  95 | eth0 takes no XDP program           | a driver with XDP
            ENOTSUPP        | 524 | eth0 takes no XDP program           | a driver with XDP
            ERANGE          |  34 | with this MTU                       | lower
            ENOSPC          |  28 | and these queues                    | ethtool -L
            ENODEV          |  19 | eth0 is gone                        | up
            ENOMEM          |  12 | no memory left for AF_XDP on eth0   | MemoryMax
            EMFILE          |  24 | as many files                       | LimitNOFILE
            ENFILE          |  23 | as many files                       | LimitNOFILE
            """)
    void shouldSayWhatBecameOfTheProgram(String errno, int value, String why, String remedy) {
        shouldSay(Refusals.ofProgram(new LinuxException("bpf(…)", value), "eth0"), why, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EPERM           |   1 | may not open AF_XDP sockets         | CAP_NET_RAW
            EACCES          |  13 | may not open AF_XDP sockets         | CAP_NET_RAW
            EAFNOSUPPORT    |  97 | no AF_XDP                           | CONFIG_XDP_SOCKETS
            EAFNOSUPPORT, by systemd | 97 | no AF_XDP                  | RestrictAddressFamilies
            ENOBUFS         | 105 | may not lock the memory             | LimitMEMLOCK=infinity
            ENOBUFS, without the capability | 105 | may not lock the memory | CAP_IPC_LOCK
            ENOMEM          |  12 | no memory left for AF_XDP on eth0   | MemoryMax
            EBUSY           |  16 | another AF_XDP socket has queue 3 of eth0 | end the program
            EOPNOTSUPP      |  95 | queue 3 of eth0 takes no AF_XDP socket | Linux 5.9
            ENOTSUPP        | 524 | queue 3 of eth0 takes no AF_XDP socket | Linux 5.9
            EINVAL, no such queue | 22 | queue 3 of eth0 takes no AF_XDP socket | Linux 5.9
            ENOPROTOOPT     |  92 | queue 3 of eth0 takes no AF_XDP socket | Linux 5.9
            ENOSYS          |  38 | queue 3 of eth0 takes no AF_XDP socket | Linux 5.9
            ENETDOWN        | 100 | eth0 is down                        | ip link set eth0 up
            ENXIO           |   6 | eth0 is down                        | ip link set eth0 up
            ENODEV          |  19 | eth0 is gone                        | up
            EMFILE          |  24 | as many files                       | LimitNOFILE
            ENFILE          |  23 | as many files                       | LimitNOFILE
            """)
    void shouldSayWhatBecameOfTheSocket(String errno, int value, String why, String remedy) {
        shouldSay(Refusals.ofSocket(new LinuxException("bind(…)", value), "eth0", 3), why, remedy);
    }

    private static void shouldSay(PortException refusal, String why, String remedy) {
        assertThat(refusal.why()).contains(why);
        assertThat(refusal.remedy()).contains(remedy);
    }

    /** Whatever it is, there is another engine. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 12, 13, 16, 17, 22, 24, 28, 34, 38, 92, 95, 97, 105, 524})
    void shouldNameTheWayOut(int errno) {
        LinuxException cause = new LinuxException("bpf(BPF_OTHER)", errno);
        assertThat(Refusals.ofProgram(cause, "eth0").remedy()).contains("use engine: pcap");
        assertThat(Refusals.ofSocket(cause, "eth0", 0).remedy()).contains("use engine: pcap");
    }

    @Test
    void shouldTellWhatNobodyExpectedAsTheKernelHasIt() {
        LinuxException cause = new LinuxException("bpf(BPF_OTHER)", EFAULT);
        String line = "bpf(BPF_OTHER): Bad address (errno 14); use engine: pcap";
        assertThat(Refusals.ofProgram(cause, "eth0")).hasMessage(line);
        assertThat(Refusals.ofSocket(cause, "eth0", 0)).hasMessage(line);
    }
}
