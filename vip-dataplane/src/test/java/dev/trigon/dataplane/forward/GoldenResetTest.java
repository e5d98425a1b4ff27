package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.answered;
import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.dataplane.wire.Octets.hex;

import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Specs;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden octets of the RST that a client is sent, a field a line; every sum worked out apart from any code here. */
class GoldenResetTest {
    static Stream<Row> rows() {
        return Stream.of(
                answered(
                        "data of a connection whose backend is disabled",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "45b8002d",
                                "12344000",
                                "3f06 c296",
                                "c633640a",
                                "cb00710a",
                                "03e80050",
                                "01020304",
                                "a1b2c3d4",
                                "50187210",
                                "3fe20000",
                                "6162636465"),
                        hex(
                                "020000000001 020000000002",
                                "0800",
                                "45000028",
                                "00004000",
                                "4006 d487",
                                "cb00710a",
                                "c633640a",
                                "005003e8",
                                "a1b2c3d4",
                                "00000000",
                                "50040000",
                                "dfd80000")),
                answered(
                        "a segment without ACK, whose FIN counts",
                        hex(
                                "020000000002 020000000001",
                                "0800",
                                "4500002d",
                                "12344000",
                                "3f06 c34e",
                                "c633640a",
                                "cb00710a",
                                "03e80050",
                                "fffffffe",
                                "00000000",
                                "50017210",
                                "a9870000",
                                "6162636465"),
                        hex(
                                "020000000001 020000000002",
                                "0800",
                                "45000028",
                                "00004000",
                                "4006 d487",
                                "cb00710a",
                                "c633640a",
                                "005003e8",
                                "00000000",
                                "00000004",
                                "50140000",
                                "454c0000")),
                answered(
                        "a segment over IPv6 with TCP options",
                        hex(
                                "020000000002 020000000001",
                                "86dd",
                                "60000000",
                                "0020063f",
                                "20010db8000c00000000000000000010",
                                "20010db8000f00000000000000000010",
                                "03e80050",
                                "01020304",
                                "a1b2c3d4",
                                "80107210",
                                "3b380000",
                                "0101080a0000000100000002"),
                        hex(
                                "020000000001 020000000002",
                                "86dd",
                                "60000000",
                                "00140640",
                                "20010db8000f00000000000000000010",
                                "20010db8000c00000000000000000010",
                                "005003e8",
                                "a1b2c3d4",
                                "00000000",
                                "50040000",
                                "ea740000")));
    }

    private static Specs[] services(BackendState state) {
        return new Specs[] {
            service("four").backend(1, "10.2.0.11", 1, state),
            service("six").vip("2001:db8:f::10").backend(2, "2001:db8:2::11", 1, state)
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldAnswerWithAnRst(Row row) throws Exception {
        try (Rig rig = new Rig().serve(services(BackendState.UP))) {
            rig.send(row.in());
            rig.serve(services(BackendState.DISABLED));

            row.hold(rig);
        }
    }
}
