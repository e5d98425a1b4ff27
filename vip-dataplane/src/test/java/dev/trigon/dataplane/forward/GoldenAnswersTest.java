package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.answered;
import static dev.trigon.dataplane.forward.Row.passed;
import static dev.trigon.dataplane.forward.Row.rejected;
import static dev.trigon.dataplane.wire.Octets.hex;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden octets of what the gateway says itself, a field a line; every sum worked out apart from any code here. */
class GoldenAnswersTest {
    static Stream<Row> rows() {
        return Stream.of(answers(), neighbours(), notAnswered()).flatMap(List::stream);
    }

    private static List<Row> answers() {
        return List.of(
                answered(
                        "an echo request",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 bb 001f",
                                "1234 4000",
                                "03 01 fea6",
                                "c633640a",
                                "cb00710a",
                                "08 00",
                                "2168",
                                "1234 0001",
                                "616263"),
                        hex(
                                "020000000001 020000000002",
                                "0800",
                                "45 bb 001f",
                                "1234 4000",
                                "40 01 c1a6",
                                "cb00710a",
                                "c633640a",
                                "00 00",
                                "2968",
                                "1234 0001",
                                "616263")),
                answered(
                        "an echo request over IPv6",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 bb 12345",
                                "000b 3a 03",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "80 00",
                                "4d75",
                                "1234 0001",
                                "616263"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 bb 12345",
                                "000b 3a 40",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "81 00",
                                "4c75",
                                "1234 0001",
                                "616263")),
                rejected(
                        DropReason.TTL_EXPIRED,
                        "l3dsr, the last hop",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 00 0020",
                                "1234 4000",
                                "01 11 0147",
                                "c633640a",
                                "cb007114",
                                "9c40 0035",
                                "000c",
                                "2679",
                                "64737221"),
                        hex(
                                "020000000001 020000000002",
                                "0800",
                                "45 00 003c",
                                "0000 0000",
                                "40 01 4680",
                                "0a020002",
                                "c633640a",
                                "0b 00",
                                "5b70",
                                "00000000",
                                "45 00 0020",
                                "1234 4000",
                                "01 11 0147",
                                "c633640a",
                                "cb007114",
                                "9c40 0035",
                                "000c",
                                "2679",
                                "64737221")),
                rejected(
                        DropReason.TTL_EXPIRED,
                        "l3dsr, the last hop over IPv6",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 00 00000",
                                "000c 11 01",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "9c40 0035",
                                "000c",
                                "310f",
                                "64737221"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "003c 3a 40",
                                "2001 0db8 0002 0000 0000 0000 0000 0002",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "03 00",
                                "3007",
                                "00000000",
                                "6 00 00000",
                                "000c 11 01",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0020",
                                "9c40 0035",
                                "000c",
                                "310f",
                                "64737221")),
                rejected(
                        DropReason.TOO_LARGE,
                        "longer than the next link",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45 00 0020",
                                "1234 4000",
                                "40 11 c250",
                                "c633640a",
                                "cb00710a",
                                "9c40 0035",
                                "000c",
                                "2683",
                                "64737221"),
                        hex(
                                "020000000001 020000000002",
                                "0800",
                                "45 00 003c",
                                "0000 0000",
                                "40 01 4680",
                                "0a020002",
                                "c633640a",
                                "03 04",
                                "634e",
                                "00000014",
                                "45 00 0020",
                                "1234 4000",
                                "40 11 c250",
                                "c633640a",
                                "cb00710a",
                                "9c40 0035",
                                "000c",
                                "2683",
                                "64737221")),
                rejected(
                        DropReason.TOO_LARGE,
                        "longer than the next link over IPv6",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 00 00000",
                                "000c 11 40",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "9c40 0035",
                                "000c",
                                "311f",
                                "64737221"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "003c 3a 40",
                                "2001 0db8 0002 0000 0000 0000 0000 0002",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "02 00",
                                "30b4",
                                "00000014",
                                "6 00 00000",
                                "000c 11 40",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "9c40 0035",
                                "000c",
                                "311f",
                                "64737221")));
    }

    private static List<Row> neighbours() {
        return List.of(
                answered(
                        "who has the VIP",
                        hex(
                                "3333ff000010 020000000001",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "ff02 0000 0000 0000 0000 0001 ff00 0010",
                                "87 00",
                                "4b34",
                                "0000 0000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "01 01 020000000001"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "88 00",
                                "b96f",
                                "60000000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "02 01 020000000002")),
                answered(
                        "who has the VIP, in a tag",
                        hex(
                                "3333ff000010 020000000001",
                                "8100 6064",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "ff02 0000 0000 0000 0000 0001 ff00 0010",
                                "87 00",
                                "4b34",
                                "0000 0000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "01 01 020000000001"),
                        hex(
                                "020000000001 020000000002",
                                "8100 6064",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "88 00",
                                "b96f",
                                "60000000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "02 01 020000000002")),
                answered(
                        "whether the VIP is still here, asked of us",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "6 00 00000",
                                "0018 3a ff",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "87 00",
                                "ef27",
                                "0000 0000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "2001 0db8 000c 0000 0000 0000 0000 0010",
                                "88 00",
                                "8a1c",
                                "60000000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "02 01 020000000002")),
                answered(
                        "who has the VIP, with a nonce and more",
                        hex(
                                "3333ff000010 020000000001",
                                "86dd",
                                "6 00 00000",
                                "0028 3a ff",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "ff02 0000 0000 0000 0000 0001 ff00 0010",
                                "87 00",
                                "523d",
                                "0000 0000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "01 01 020000000001 0e 01 a1a2a3a4a5a6"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "fe80 0000 0000 0000 0000 0000 0000 0001",
                                "88 00",
                                "b96f",
                                "60000000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "02 01 020000000002")),
                answered(
                        "whether the VIP is free",
                        hex(
                                "3333ff000010 020000000001",
                                "86dd",
                                "6 00 00000",
                                "0018 3a ff",
                                "0000 0000 0000 0000 0000 0000 0000 0000",
                                "ff02 0000 0000 0000 0000 0001 ff00 0010",
                                "87 00",
                                "4cc0",
                                "0000 0000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010"),
                        hex(
                                "333300000001 020000000002",
                                "86dd",
                                "6 00 00000",
                                "0020 3a ff",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "ff02 0000 0000 0000 0000 0000 0000 0001",
                                "88 00",
                                "f8ed",
                                "20000000",
                                "2001 0db8 000f 0000 0000 0000 0000 0010",
                                "02 01 020000000002")));
    }

    private static TestFrame question(String target) {
        return TestFrame.neighborSolicitation(target).from("fe80::1", 0);
    }

    private static List<Row> notAnswered() {
        String vip = Mode.L2DSR_IPV6.vip;
        return List.of(
                passed("who has another address", question("2001:db8:f::11")),
                passed("who has the VIP, asked through a router", question(vip).ttl(254)),
                passed("who has the VIP, with a wrong sum", question(vip).sumOffBy(1)),
                passed("who has the VIP, to another MAC", question(vip).toMac(0x0200_0000_0009L)),
                passed("who has the VIP, to all", question(vip).toMac(0xFFFF_FFFF_FFFFL)),
                passed(
                        "who has the VIP, in a fragment that is all",
                        question(vip).fragment(0, false, 1)),
                passed("who has the VIP, behind options", question(vip).extension(Extension.hopByHop(8))));
    }

    private static Rig rig() {
        ArmAddresses addresses = new ArmAddresses();
        addresses.set(Specs.address("10.2.0.2"), Specs.address("2001:db8:2::2"));
        return new Rig(AnswerPolicy.DEFAULT, addresses).serve(Mode.services());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldSendTheseOctets(Row row) throws Exception {
        try (Rig rig = rig()) {
            if (row.reason() == DropReason.TOO_LARGE) {
                rig.resolve(Mode.L2DSR.server, 20);
                rig.resolve(Mode.L2DSR_IPV6.server, 20);
            }
            row.hold(rig);
        }
    }
}
