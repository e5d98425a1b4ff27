package dev.trigon.linux.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.libc.LibC;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EchoSocketTest {
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    @BeforeEach
    void needRoot() {
        assumeThat(LibC.geteuid()).as("a raw socket needs root").isZero();
    }

    @Test
    void shouldHandOnTheReplyWithItsToken() throws Exception {
        try (EchoSocket socket = EchoSocket.open4(this::replied)) {
            InetAddress loopback = address(127, 0, 0, 2);
            socket.send(loopback, 0x0102_0304);
            socket.send(loopback, -1);
            assertThat(next()).isEqualTo("127.0.0.2 1020304");
            assertThat(next()).isEqualTo("127.0.0.2 ffffffff");
        }
    }

    @Test
    void shouldPingIpv6() throws Exception {
        try (EchoSocket socket = EchoSocket.open6(this::replied)) {
            socket.send(address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 7);
            assertThat(next()).isEqualTo("0:0:0:0:0:0:0:1 7");
        }
    }

    @Test
    void shouldTellNobodyOnceClosed() throws Exception {
        EchoSocket socket = EchoSocket.open4(this::replied);
        socket.close();
        try (EchoSocket other = EchoSocket.open4((from, token) -> replies.add("other"))) {
            other.send(address(127, 0, 0, 1), 1);
            assertThat(next()).isEqualTo("other");
        }
        assertThat(replies).isEmpty();
    }

    private static InetAddress address(int... octets) throws UnknownHostException {
        byte[] address = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            address[i] = (byte) octets[i];
        }
        return InetAddress.getByAddress(address);
    }

    private void replied(InetAddress from, int token) {
        replies.add(from.getHostAddress() + " " + Integer.toHexString(token));
    }

    private String next() throws InterruptedException {
        return replies.poll(20, TimeUnit.SECONDS);
    }
}
