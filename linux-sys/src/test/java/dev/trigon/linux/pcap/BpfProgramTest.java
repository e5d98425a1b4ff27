package dev.trigon.linux.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BpfProgramTest {
    private static final int PROGRAM_LENGTH = 16;

    /** Octets as a little-endian machine has them: code, jt, jf, k. */
    @Test
    void shouldAssemble() {
        BpfProgram.Label there = new BpfProgram.Label();
        BpfProgram program = new BpfProgram()
                .loadLength()
                .rejectIfGreater(0x1234)
                .rejectUnlessGreater(20)
                .index(4)
                .loadHalf(12)
                .jumpIfEqual(0x0800, there)
                .jumpUnlessEqual(0x86DD, there)
                .loadOctetAtIndex(14)
                .rejectUnlessEqual(58)
                .place(there)
                .loadHalfAtIndex(20)
                .loadWordAtIndex(30)
                .and(0xFFFF_FF00)
                .acceptIfEqual(0xCB00_7100)
                .reject();

        NativeMemory memory = program.assemble();
        ByteBuffer structs = memory.buffer();
        byte[] octets = new byte[program.length() * 8];
        structs.get(PROGRAM_LENGTH, octets);
        assertThat(structs.getInt(0)).isEqualTo(program.length());
        assertThat(structs.getLong(8)).isEqualTo(memory.address() + PROGRAM_LENGTH);
        assertThat(HexFormat.of().formatHex(octets))
                .isEqualTo(String.join(
                        "",
                        "8000000000000000",
                        "2500000134120000",
                        "0600000000000000",
                        "2500010014000000",
                        "0600000000000000",
                        "0100000004000000",
                        "280000000c000000",
                        "1500000100080000",
                        "0500000005000000",
                        "15000100dd860000",
                        "0500000003000000",
                        "500000000e000000",
                        "150001003a000000",
                        "0600000000000000",
                        "4800000014000000",
                        "400000001e000000",
                        "5400000000ffffff",
                        "15000001007100cb",
                        "0600000000000400",
                        "0600000000000000"));
    }

    @ParameterizedTest
    @CsvSource({"0800, true", "86dd, false", "0806, true", "08, false"})
    void shouldDecideAsItsAuthorMeant(String type, boolean expected) {
        BpfProgram.Label arp = new BpfProgram.Label();
        BpfProgram program = new BpfProgram()
                .loadHalf(0)
                .jumpIfEqual(0x0806, arp)
                .acceptIfEqual(0x0800)
                .reject()
                .place(arp)
                .accept();

        assertThat(OfflineFilter.accepts(program, HexFormat.of().parseHex(type)))
                .isEqualTo(expected);
    }

    /** Further than a conditional jump's octet says. */
    @Test
    void shouldJumpFar() {
        BpfProgram.Label end = new BpfProgram.Label();
        BpfProgram program = new BpfProgram().loadHalf(0).jumpIfEqual(7, end);
        for (int i = 0; i < 1_000; i++) {
            program.acceptIfEqual(1_000 + i);
        }
        program.reject().place(end).accept();

        assertThat(OfflineFilter.accepts(program, new byte[] {0, 7})).isTrue();
        assertThat(OfflineFilter.accepts(program, new byte[] {0, 8})).isFalse();
        assertThat(OfflineFilter.accepts(program, new byte[] {7, (byte) 0xCF})).isTrue();
    }
}
