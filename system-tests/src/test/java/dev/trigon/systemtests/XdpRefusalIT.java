package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.systemtests.lab.DeniedCall;
import dev.trigon.systemtests.lab.HostState;
import dev.trigon.systemtests.lab.Lab;
import dev.trigon.systemtests.lab.Output;
import dev.trigon.systemtests.lab.PassingProgram;
import dev.trigon.systemtests.lab.Program;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where af_xdp cannot be, it is refused in a line that says why and what to do, and the interface is as it was. */
class XdpRefusalIT {
    @RegisterExtension
    static final Lab LAB = new Lab(Lab.Kind.ONE_ARMED).withEngine("af_xdp");

    private static final Pattern LOGGED = Pattern.compile("^[0-9T:.-]+Z (INFO|WARN) ");
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int EAFNOSUPPORT = 97;

    static Stream<Arguments> wants() {
        return Stream.of(
                Arguments.of(
                        List.of("prlimit", "--memlock=65536", "setpriv", "--bounding-set=-ipc_lock"),
                        "may not lock the memory.*; raise RLIMIT_MEMLOCK .*CAP_IPC_LOCK"),
                // what may do anything may load programs too
                Arguments.of(
                        List.of("setpriv", "--bounding-set=-bpf,-sys_admin"), "may not load XDP programs; .*CAP_BPF"),
                Arguments.of(
                        List.of("setpriv", "--bounding-set=-net_raw"), "may not open AF_XDP sockets; .*CAP_NET_RAW"),
                Arguments.of(
                        List.of("setpriv", "--bounding-set=-net_admin"),
                        "may not open AF_XDP sockets; .*CAP_NET_ADMIN"),
                Arguments.of(DeniedCall.BPF.with(ENOSYS), "takes no XDP program .*; use Linux 5.9 or later"),
                Arguments.of(DeniedCall.BPF.with(EPERM), "may not load XDP programs; .*seccomp"),
                Arguments.of(DeniedCall.SOCKET_AF_XDP.with(EAFNOSUPPORT), "no AF_XDP.*; use one .*CONFIG_XDP_SOCKETS"));
    }

    @ParameterizedTest
    @MethodSource("wants")
    void shouldSayWhatItWants(List<String> wrapper, String reason) {
        shouldBeRefused(LAB.vipd().refuseBehind(wrapper), reason);

        assertThat(LAB.changesOn("gateway")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveAnotherProgramInPlace(XdpLink.Mode mode) {
        Program other = PassingProgram.hold(LAB.gateway(), "eth0", mode);
        try {
            HostState before = LAB.gateway().state();

            shouldBeRefused(
                    LAB.vipd().refuseBehind(List.of()),
                    "another XDP program is on eth0; end what holds it there .*ip -d link show eth0");

            assertThat(LAB.gateway().state().changesSince(before)).isEmpty();
        } finally {
            other.stop();
        }
        assertThat(LAB.changesOn("gateway")).isEmpty();
    }

    /** Root's other capabilities are not needed. */
    @Test
    void shouldStartWithTheCapabilitiesThatItAsksFor() {
        List<String> wrapper = List.of("setpriv", "--bounding-set=-all,+net_admin,+net_raw,+bpf,+ipc_lock");
        try {
            LAB.vipd().startBehind(wrapper, "");
            assertThat(LAB.vipd().status().path("engine").asText()).isEqualTo("af_xdp");
        } finally {
            assertThat(LAB.vipd().stop()).isZero();
        }
    }

    private static void shouldBeRefused(Output output, String reason) {
        assertThat(output.exit()).as(output.toString()).isEqualTo(1);
        // vipd logs there as well
        List<String> errors =
                output.err().lines().filter(it -> !LOGGED.matcher(it).find()).toList();
        assertThat(errors).as(output.toString()).singleElement().asString().matches("vipd: interface eth0: .+; .+");
        assertThat(errors.get(0)).containsPattern(reason);
        assertThat(errors.get(0)).endsWith("use engine: pcap");
    }
}
