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

/** Against the real kernel, which answers itself. */
@ExtendWith(NetworkNamespace.class)
class EchoRepliesTest {
    @ParameterizedTest
    @CsvSource({"INET, 127.0.0.1", "INET6, ::1"})
    void shouldTellWhoRepliedToWhat(StandardProtocolFamily family, String address) throws UnknownHostException {
        sh("ip link set lo up");
        try (EchoReplies replies = EchoReplies.open(family)) {
            assertThat(replies.next()).isNull();
            output("ping -n -c 2 -i 0.1 " + address);

            // the requests came in as well
            EchoReply first = replies.next();
            EchoReply second = replies.next();
            assertThat(first).isNotNull();
            int identifier = identifier(first);
            InetAddress from = InetAddress.getByName(address);
            assertThat(first).isEqualTo(new EchoReply(from, identifier, 1));
            assertThat(second).isEqualTo(new EchoReply(from, identifier, 2));
            assertThat(replies.next()).isNull();
        }
    }

    private static int identifier(@Nullable EchoReply reply) {
        return reply == null ? 0 : reply.identifier();
    }
}
