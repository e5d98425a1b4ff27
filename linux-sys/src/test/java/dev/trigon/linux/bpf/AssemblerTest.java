package dev.trigon.linux.bpf;

import static dev.trigon.linux.bpf.Register.R0;
import static dev.trigon.linux.bpf.Register.R1;
import static dev.trigon.linux.bpf.Register.R10;
import static dev.trigon.linux.bpf.Register.R2;
import static dev.trigon.linux.bpf.Register.R6;
import static dev.trigon.linux.bpf.Register.R9;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trigon.linux.bpf.Assembler.Label;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The octets are RFC 9669's, on a little-endian machine: code, registers (source high), offset, immediate. */
class AssemblerTest {
    private static String hex(Assembler program) {
        return HexFormat.of().formatHex(program.assemble());
    }

    private static Arguments row(String expected, Consumer<Assembler> instruction) {
        return arguments(expected, instruction);
    }

    static Stream<Arguments> instructions() {
        return Stream.of(
                row("bf 16 0000 00000000", it -> it.mov(R6, R1)),
                row("b7 00 0000 02000000", it -> it.mov(R0, 2)),
                row("b7 09 0000 ffffffff", it -> it.mov(R9, -1)),
                row("18 02 0000 78563412 00 00 0000 efcdab90", it -> it.mov64(R2, 0x90AB_CDEF_1234_5678L)),
                row("18 02 0000 ffffffff 00 00 0000 00000000", it -> it.mov64(R2, 0xFFFF_FFFFL)),
                row("18 02 0000 feffffff 00 00 0000 ffffffff", it -> it.mov64(R2, -2)),
                row("0f 21 0000 00000000", it -> it.add(R1, R2)),
                row("07 02 0000 0e000000", it -> it.add(R2, 14)),
                row("07 0a 0000 fcffffff", it -> it.add(R10, -4)),
                row("5f 21 0000 00000000", it -> it.and(R1, R2)),
                row("57 02 0000 ffff0000", it -> it.and(R2, 0xFFFF)),
                row("4f 21 0000 00000000", it -> it.or(R1, R2)),
                row("47 02 0000 01000000", it -> it.or(R2, 1)),
                row("6f 21 0000 00000000", it -> it.lsh(R1, R2)),
                row("67 02 0000 3f000000", it -> it.lsh(R2, 63)),
                row("7f 21 0000 00000000", it -> it.rsh(R1, R2)),
                row("77 02 0000 20000000", it -> it.rsh(R2, 32)),
                row("dc 01 0000 10000000", it -> it.be16(R1)),
                row("dc 01 0000 20000000", it -> it.be32(R1)),
                row("dc 01 0000 40000000", it -> it.be64(R1)),
                row("71 12 0000 00000000", it -> it.load(Size.B, R2, R1, 0)),
                row("69 12 0c00 00000000", it -> it.load(Size.H, R2, R1, 12)),
                row("61 12 ff7f 00000000", it -> it.load(Size.W, R2, R1, 32_767)),
                row("79 a2 f8ff 00000000", it -> it.load(Size.DW, R2, R10, -8)),
                row("73 2a ffff 00000000", it -> it.store(Size.B, R10, -1, R2)),
                row("6b 2a feff 00000000", it -> it.store(Size.H, R10, -2, R2)),
                row("63 2a fcff 00000000", it -> it.store(Size.W, R10, -4, R2)),
                row("7b 2a 0080 00000000", it -> it.store(Size.DW, R10, -32_768, R2)),
                row("72 0a ffff 07000000", it -> it.store(Size.B, R10, -1, 7)),
                row("6a 0a feff 07000000", it -> it.store(Size.H, R10, -2, 7)),
                row("62 0a fcff ffffffff", it -> it.store(Size.W, R10, -4, -1)),
                row("7a 0a f8ff 07000000", it -> it.store(Size.DW, R10, -8, 7)),
                row("85 00 0000 01000000", it -> it.call(Helper.MAP_LOOKUP_ELEM)),
                row("85 00 0000 33000000", it -> it.call(Helper.REDIRECT_MAP)),
                row("85 00 0000 bc000000", it -> it.call(Helper.XDP_GET_BUFF_LEN)),
                row("95 00 0000 00000000", Assembler::exit));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("instructions")
    void shouldEncode(String expected, Consumer<Assembler> instruction) {
        Assembler program = new Assembler();
        instruction.accept(program);
        assertThat(hex(program)).isEqualTo(expected.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({"EQ, 1", "GT, 2", "GE, 3", "SET, 4", "NE, 5", "SGT, 6", "SGE, 7", "LT, a", "LE, b", "SLT, c", "SLE, d"})
    void shouldEncodeJumps(Condition condition, String operation) {
        assertThat(jumpToItself((it, self) -> it.jumpIf(R1, condition, -2, self)))
                .isEqualTo(operation + "501fffffeffffff");
        assertThat(jumpToItself((it, self) -> it.jumpIf(R1, condition, R2, self)))
                .isEqualTo(operation + "d21ffff00000000");
        assertThat(jumpToItself((it, self) -> it.jumpIf32(R1, condition, -2, self)))
                .isEqualTo(operation + "601fffffeffffff");
        assertThat(jumpToItself((it, self) -> it.jumpIf32(R1, condition, R2, self)))
                .isEqualTo(operation + "e21ffff00000000");
    }

    private static String jumpToItself(BiConsumer<Assembler, Label> jump) {
        Assembler program = new Assembler();
        Label self = new Label("self");
        jump.accept(program.place(self), self);
        return hex(program);
    }

    @Test
    void shouldCountOffsetsFromTheNextInstructionInBothDirections() {
        Label forward = new Label("forward");
        Label backward = new Label("backward");
        Assembler program = new Assembler()
                .place(backward)
                .jump(forward)
                .mov64(R1, 1)
                .jumpIf(R1, Condition.EQ, 0, forward)
                .place(forward)
                .jump(backward);
        assertThat(hex(program))
                .isEqualTo(String.join(
                        "",
                        "0500030000000000",
                        "18010000010000000000000000000000",
                        "1501000000000000",
                        "0500fbff00000000"));
    }

    @Test
    void shouldRefuseALabelThatIsNowhereTwiceOrBehindTheEnd() {
        Label pass = new Label("pass");
        assertThatThrownBy(() -> new Assembler().exit().jump(pass).assemble())
                .hasMessage("instruction 1 jumps to label pass, which is nowhere");
        Assembler twice = new Assembler().place(pass).exit();
        assertThatThrownBy(() -> twice.place(pass)).hasMessage("label pass is at instruction 0 already, not at 1");
        Label end = new Label("end");
        assertThatThrownBy(() -> new Assembler().jump(end).place(end).assemble())
                .hasMessage("instruction 0 jumps to label end, behind the last instruction");
    }

    @Test
    void shouldRefuseAJumpThatIsTooFar() {
        for (int between : List.of(32_767, 32_768)) {
            Label far = new Label("far");
            Assembler program = new Assembler().jump(far);
            IntStream.range(0, between).forEach(i -> program.mov(R0, 0));
            program.place(far).exit();
            if (between == 32_767) {
                assertThatCode(program::assemble).doesNotThrowAnyException();
            } else {
                assertThatThrownBy(program::assemble)
                        .hasMessage("instruction 0 jumps to label far, too far away: 32768");
            }
        }
    }

    @Test
    void shouldRefuseWhatHasNoRoomInAnInstruction() {
        Assembler program = new Assembler();
        assertThatThrownBy(() -> program.load(Size.B, R1, R2, 32_768)).hasMessage("offset beyond 16 bits: 32768");
        assertThatThrownBy(() -> program.store(Size.B, R1, -32_769, R2)).hasMessage("offset beyond 16 bits: -32769");
        assertThatThrownBy(() -> program.lsh(R1, 64)).hasMessage("shift by 64 bits");
        assertThatThrownBy(() -> program.rsh(R1, -1)).hasMessage("shift by -1 bits");
    }
}
