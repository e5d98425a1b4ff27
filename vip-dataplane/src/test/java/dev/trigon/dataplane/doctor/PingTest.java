package dev.trigon.dataplane.doctor;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.doctor.Echo.Outcome;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** By the words of the program, and by the program itself. */
@ExtendWith(NetworkNamespace.class)
class PingTest {
    @Test
    void shouldUnderstandWhatPingSays() {
        assertThat(Ping.understand(0, "1 packets transmitted, 1 received").outcome())
                .isEqualTo(Outcome.ANSWERED);
        assertThat(Ping.understand(1, "2 packets transmitted, 0 received").outcome())
                .isEqualTo(Outcome.SILENT);
        assertThat(Ping.understand(1, "From 10.2.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)"))
                .isEqualTo(new Echo(Outcome.TOO_LARGE, "MTU 1400"));
        assertThat(Ping.understand(1, "ping: sendmsg: Message too long\nlocal error: message too long, mtu=1400"))
                .isEqualTo(new Echo(Outcome.TOO_LARGE, "MTU 1400"));
        assertThat(Ping.understand(1, "From 2001:db8::1 icmp_seq=1 Packet too big: mtu=1280"))
                .isEqualTo(new Echo(Outcome.TOO_LARGE, "MTU 1280"));
        assertThat(Ping.understand(1, "ping: invalid option -- 'M'\nUsage: ping"))
                .isEqualTo(new Echo(Outcome.NOT_ASKED, "ping: invalid option -- 'M'"));
        assertThat(Ping.understand(2, "ping: connect: Network is unreachable"))
                .isEqualTo(new Echo(Outcome.NOT_ASKED, "ping: connect: Network is unreachable"));
    }

    @Test
    void shouldAskForAsMuchAsALinkCarries() {
        sh("ip link set lo up mtu 1500");

        assertThat(Ping.send(Specs.address("127.0.0.1"), 1_500).outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(Ping.send(Specs.address("127.0.0.1"), 1_501)).isEqualTo(new Echo(Outcome.TOO_LARGE, "MTU 1500"));
        assertThat(Ping.send(Specs.address("::1"), 1_500).outcome()).isEqualTo(Outcome.ANSWERED);
    }
}
