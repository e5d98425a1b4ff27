package dev.trigon.linux.bpf;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.bpf.XdpLink.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the real kernel, and what ip(8) says of it. */
@ExtendWith(NetworkNamespace.class)
class XdpLinkTest {
    private static final int EINVAL = 22;
    private static final int EBUSY = 16;
    private static final int EEXIST = 17;
    private static final int EOPNOTSUPP = 95;

    private static XdpProgram passing(boolean frags) {
        byte[] program =
                new Assembler().mov(Register.R0, XdpProgram.XDP_PASS).exit().assemble();
        return XdpProgram.load("passing", "Apache-2.0", frags, program);
    }

    private static int index(String name) {
        return Integer.parseInt(output("ip -o link show " + name).split(":", 2)[0]);
    }

    private static int veth() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        return index("v0");
    }

    @ParameterizedTest
    @CsvSource({"NATIVE, xdp", "GENERIC, xdpgeneric"})
    void shouldBeThereUntilItIsClosed(Mode mode, String shown) {
        int v0 = veth();
        try (XdpProgram program = passing(false);
                XdpLink link = XdpLink.attach(program, v0, mode)) {
            assertThat(link).isNotNull();
            assertThat(output("ip link show v0"))
                    .contains(" " + shown + " ")
                    .contains("prog/xdp id " + program.id() + " ");
        }
        assertThat(output("ip link show v0")).doesNotContain("xdp");
    }

    @Test
    void shouldStayWhenTheProgramIsClosed() {
        int v0 = veth();
        XdpLink link;
        try (XdpProgram program = passing(true)) {
            link = XdpLink.attach(program, v0, Mode.NATIVE);
        }
        assertThat(output("ip link show v0")).contains("prog/xdp");
        link.close();
        assertThat(output("ip link show v0")).doesNotContain("prog/xdp");
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTakeTheInterfaceFromAnother(Mode mode) {
        int v0 = veth();
        try (XdpProgram program = passing(false);
                XdpLink link = XdpLink.attach(program, v0, mode)) {
            assertThat(link).isNotNull();
            assertThatThrownBy(() -> XdpLink.attach(program, v0, mode))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EBUSY))
                    .hasMessageContaining("BPF_LINK_CREATE, XDP passing, interface " + v0 + ", " + mode);
            Mode other = mode == Mode.NATIVE ? Mode.GENERIC : Mode.NATIVE;
            assertThatThrownBy(() -> XdpLink.attach(program, v0, other))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EEXIST));
        }
    }

    @Test
    void shouldSayThatADriverCannotOrThatThereIsNone() {
        sh("ip link add br0 type bridge");
        int bridge = index("br0");
        try (XdpProgram program = passing(false)) {
            assertThatThrownBy(() -> XdpLink.attach(program, bridge, Mode.NATIVE))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EOPNOTSUPP));
            assertThatThrownBy(() -> XdpLink.attach(program, 4_711, Mode.GENERIC))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EINVAL));
            XdpLink.attach(program, bridge, Mode.GENERIC).close();
        }
    }
}
