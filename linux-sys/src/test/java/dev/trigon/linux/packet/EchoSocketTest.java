package dev.trigon.linux.packet;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.NetworkNamespace;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the real kernel, which answers itself, and at once. */
@ExtendWith(NetworkNamespace.class)
class EchoSocketTest {
    @ParameterizedTest
    @CsvSource({"INET, 127.0.0.2", "INET6, ::1"})
    void shouldTellWhoRepliedToWhat(StandardProtocolFamily family, String address) throws UnknownHostException {
        sh("ip link set lo up");
        InetAddress destination = InetAddress.getByName(address);
        try (EchoSocket socket = EchoSocket.open(family)) {
            assertThat(socket.next()).isNull();
            socket.send(destination, 0x0102_0304);
            socket.send(destination, -1);

            // the requests came in as well
            assertThat(socket.next()).isEqualTo(new EchoReply(destination, 0x0102_0304));
            assertThat(socket.next()).isEqualTo(new EchoReply(destination, -1));
            assertThat(socket.next()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"INET, 127.0.0.1", "INET6, ::1"})
    void shouldTellOfRepliesToOthersToo(StandardProtocolFamily family, String address) {
        sh("ip link set lo up");
        try (EchoSocket socket = EchoSocket.open(family)) {
            output("ping -n -c 2 -i 0.1 " + address);

            int first = number(socket.next());
            assertThat(first & 0xFFFF).isEqualTo(1);
            assertThat(number(socket.next())).isEqualTo(first + 1);
            assertThat(socket.next()).isNull();
        }
    }

    private static int number(@Nullable EchoReply reply) {
        return reply == null ? 0 : reply.number();
    }
}
