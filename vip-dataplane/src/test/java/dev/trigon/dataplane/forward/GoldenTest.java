package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.forwarded;
import static dev.trigon.dataplane.wire.Octets.hex;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.service.Specs;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden octets of fragments and of ICMP errors on their way to an l3dsr server, a field a line; every sum worked out apart from any code here. */
class GoldenTest {
    static List<Row> rows() {
        return List.of(
                forwarded(
                        "l3dsr, fragmentation needed",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 c2 0038",
                                "1111 0000",
                                "3c 01 6edc",
                                "c0000201",
                                "cb007114",
                                "03 04",
                                "5765",
                                "0000 0500",
                                "45 00 05dc",
                                "5678 4000",
                                "3f 06 7951",
                                "cb007114",
                                "c633640a",
                                "0050 9c40 01020304"),
                        hex(
                                "02000000000b 020000000003",
                                "0800",
                                "45 16 0038",
                                "1111 0000",
                                "3b 01 5a8e",
                                "0a020002",
                                "0a02000b",
                                "03 04",
                                "5765",
                                "0000 0500",
                                "45 00 05dc",
                                "5678 4000",
                                "3f 06 7951",
                                "cb007114",
                                "c633640a",
                                "0050 9c40 01020304")),
                forwarded(
                        "l3dsr, packet too big",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 c2 00000",
                                "0038 3a 3c",
                                "2001 0db8 0000 0000 0000 0000 0000 0001",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "02 00",
                                "34a4",
                                "0000 0500",
                                "6 00 00000",
                                "05b4 06 3f",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "0050 9c40 01020304"),
                        hex(
                                "020000000011 020000000003",
                                "86dd",
                                "6 16 00000",
                                "0038 3a 3b",
                                "2001 0db8 0000 0000 0000 0000 0000 0001",
                                "2001 0db8 0002 0000 0000 0000 0000 0011",
                                "02 00",
                                "34c0",
                                "0000 0500",
                                "6 00 00000",
                                "05b4 06 3f",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "0050 9c40 01020304")),
                forwarded(
                        "l3dsr, the first of two fragments",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 03 0034",
                                "beef 2000",
                                "40 11 3574",
                                "c633640a",
                                "cb007114",
                                "9c40 0035",
                                "0024",
                                "d5eb",
                                "00112233445566778899aabbccddeeff0011223344556677"),
                        hex(
                                "02000000000b 020000000003",
                                "0800",
                                "45 17 0034",
                                "beef 2000",
                                "3f 11 6868",
                                "c633640a",
                                "0a02000b",
                                "9c40 0035",
                                "0024",
                                "07f4",
                                "00112233445566778899aabbccddeeff0011223344556677")),
                forwarded(
                        "l3dsr, the second of two fragments",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 03 0018",
                                "beef 0004",
                                "40 11 558c",
                                "c633640a",
                                "cb007114",
                                "deadbeef"),
                        hex(
                                "02000000000b 020000000003",
                                "0800",
                                "45 17 0018",
                                "beef 0004",
                                "3f 11 8880",
                                "c633640a",
                                "0a02000b",
                                "deadbeef")),
                forwarded(
                        "l3dsr, the first of two fragments over IPv6",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 03 abcde",
                                "0028 2c 40",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "11 00 0001 0000beef",
                                "9c40 0035",
                                "0024",
                                "e081",
                                "00112233445566778899aabbccddeeff0011223344556677"),
                        hex(
                                "020000000011 020000000003",
                                "86dd",
                                "6 17 abcde",
                                "0028 2c 3f",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 0002 0000 0000 0000 0000 0011",
                                "11 00 0001 0000beef",
                                "9c40 0035",
                                "0024",
                                "e09d",
                                "00112233445566778899aabbccddeeff0011223344556677")),
                forwarded(
                        "l3dsr, the second of two fragments over IPv6",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 03 abcde",
                                "000c 2c 40",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "11 00 0020 0000beef",
                                "deadbeef"),
                        hex(
                                "020000000011 020000000003",
                                "86dd",
                                "6 17 abcde",
                                "000c 2c 3f",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 0002 0000 0000 0000 0000 0011",
                                "11 00 0020 0000beef",
                                "deadbeef")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldSendTheseOctets(Row row) throws Exception {
        ArmAddresses addresses = new ArmAddresses();
        addresses.set(Specs.address("10.2.0.2"), Specs.address("2001:db8:2::2"));
        try (Rig rig = new Rig(AnswerPolicy.DEFAULT, addresses).serve(Mode.services())) {
            // a second fragment is none without its first
            String first = row.what().replace("second", "first");
            rows().stream()
                    .filter(other ->
                            !other.what().equals(row.what()) && other.what().equals(first))
                    .forEach(other -> other.hold(rig));
            row.hold(rig);
        }
    }
}
