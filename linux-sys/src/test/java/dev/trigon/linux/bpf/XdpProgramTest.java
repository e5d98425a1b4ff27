package dev.trigon.linux.bpf;

import static dev.trigon.linux.bpf.Register.R0;
import static dev.trigon.linux.bpf.Register.R1;
import static dev.trigon.linux.bpf.Register.R10;
import static dev.trigon.linux.bpf.Register.R2;
import static dev.trigon.linux.bpf.Register.R3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.bpf.Assembler.Label;
import dev.trigon.linux.libc.LibC;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the kernel. Needs root. */
class XdpProgramTest {
    private static final int EACCES = 13;
    private static final int EBADF = 9;
    private static final int EINVAL = 22;

    private static final int XDP_DROP = 1;

    @BeforeEach
    void needsRoot() {
        assumeThat(LibC.geteuid()).as("bpf(2) needs root").isZero();
    }

    private static XdpProgram load(Assembler program) {
        return XdpProgram.load("tested", "Apache-2.0", false, program.assemble());
    }

    @Test
    void shouldRunOnAFrame() {
        Label pass = new Label("pass");
        Assembler swaps = new Assembler()
                .load(Size.W, R2, R1, 0)
                .load(Size.W, R3, R1, 4)
                .mov(R0, R2)
                .add(R0, 15)
                .jumpIf(R0, Condition.GT, R3, pass)
                .load(Size.H, R0, R2, 12)
                .be16(R0)
                .add(R0, 1)
                .be16(R0)
                .store(Size.H, R2, 12, R0)
                .mov(R0, XDP_DROP)
                .exit()
                .place(pass)
                .mov(R0, XdpProgram.XDP_PASS)
                .exit();
        byte[] frame = new byte[15];
        frame[12] = 0x08;
        frame[13] = (byte) 0xFF;
        byte[] changed = frame.clone();
        changed[12] = 0x09;
        changed[13] = 0x00;
        try (XdpProgram program = load(swaps)) {
            XdpProgram.TestRun run = program.testRun(frame);
            assertThat(run.verdict()).isEqualTo(XDP_DROP);
            assertThat(run.frame()).isEqualTo(ByteBuffer.wrap(changed));

            byte[] shorter = Arrays.copyOf(frame, 14);
            assertThat(program.testRun(shorter).verdict()).isEqualTo(XdpProgram.XDP_PASS);
            assertThat(program.testRun(shorter).frame()).isEqualTo(ByteBuffer.wrap(shorter));
            assertThatThrownBy(() -> program.testRun(new byte[13]))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EINVAL))
                    .hasMessageContaining("BPF_PROG_TEST_RUN, tested, 13 octets");
        }
    }

    @Test
    void shouldFindWhatIsInAMap() {
        Label absent = new Label("absent");
        try (BpfMap map = BpfMap.hash("h", 4, 8, 1)) {
            Assembler looksUp = new Assembler()
                    .store(Size.W, R10, -4, 0x0403_0201)
                    .map(R1, map)
                    .mov(R2, R10)
                    .add(R2, -4)
                    .call(Helper.MAP_LOOKUP_ELEM)
                    .jumpIf(R0, Condition.EQ, 0, absent)
                    .load(Size.DW, R0, R0, 0)
                    .place(absent)
                    .exit();
            try (XdpProgram program = load(looksUp)) {
                assertThat(program.testRun(new byte[14]).verdict()).isZero();
                map.update(new byte[] {1, 2, 3, 4}, new byte[] {7, 0, 0, 0, 0, 0, 0, 0});
                assertThat(program.testRun(new byte[14]).verdict()).isEqualTo(7);
            }
        }
    }

    @Test
    void shouldSayWhatTheVerifierSays() {
        Assembler program =
                new Assembler().load(Size.W, R2, R1, 0).load(Size.B, R0, R2, 3).exit();
        assertThatThrownBy(() -> load(program))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EACCES))
                .hasMessageContaining("bpf(BPF_PROG_LOAD, XDP tested, 3 instructions): Permission denied (errno 13): ")
                .hasMessageContaining("invalid access to packet, off=3 size=1");
    }

    @Test
    void shouldSayWhyEvenWhereTheVerifierSaysNothing() {
        assertThatThrownBy(() -> load(new Assembler()))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("bpf(BPF_PROG_LOAD, XDP tested, 0 instructions): ");
    }

    @Test
    void shouldTakeLongFramesWhereFragmentsAreWelcome() {
        byte[] lengthIsRight =
                new Assembler().call(Helper.XDP_GET_BUFF_LEN).exit().assemble();
        try (XdpProgram program = XdpProgram.load("tested", "Apache-2.0", true, lengthIsRight)) {
            assertThat(program.testRun(new byte[9_000]).verdict()).isEqualTo(9_000);
        }
        try (XdpProgram program = XdpProgram.load("tested", "Apache-2.0", false, lengthIsRight)) {
            assertThat(program.testRun(new byte[1_500]).verdict()).isEqualTo(1_500);
        }
    }

    @Test
    void shouldNotUseTheDescriptorAfterClose() {
        XdpProgram program = load(new Assembler().mov(R0, 2).exit());
        assertThat(program.id()).isPositive();
        program.close();
        program.close();
        assertThatThrownBy(() -> program.testRun(new byte[14]))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EBADF));
        assertThatThrownBy(program::id).hasMessageContaining("BPF_OBJ_GET_INFO_BY_FD, tested");
    }
}
