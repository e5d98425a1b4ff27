package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.packet.EchoReply;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EchoesTest {
    private static final InetAddress VIP = Specs.address("203.0.113.10");

    private final Echoes echoes = new Echoes();
    private final AtomicInteger replies = new AtomicInteger();

    private static EchoReply reply(Echoes.Numbered to, InetAddress from) {
        return new EchoReply(from, to.number());
    }

    @Test
    void shouldTellWhoWaitsOnce() {
        Echoes.Numbered request = echoes.expect(VIP, replies::incrementAndGet);
        echoes.take(reply(request, VIP));
        echoes.take(reply(request, VIP));
        assertThat(replies).hasValue(1);
        assertThat(echoes.size()).isZero();
    }

    @Test
    void shouldTakeNoReplyThatWhoWasAskedDidNotSend() {
        Echoes.Numbered request = echoes.expect(VIP, replies::incrementAndGet);
        echoes.take(reply(request, Specs.address("10.2.0.11")));
        echoes.take(new EchoReply(VIP, request.number() ^ 1));
        echoes.take(new EchoReply(VIP, request.number() ^ 0x1_0000));
        assertThat(replies).hasValue(0);
    }

    @Test
    void shouldTakeNoReplyAfterTheRelease() {
        Echoes.Numbered request = echoes.expect(VIP, replies::incrementAndGet);
        request.lease().release();
        echoes.take(reply(request, VIP));
        assertThat(replies).hasValue(0);
        assertThat(echoes.size()).isZero();
    }

    @Test
    void shouldGoOnWhenWhoWaitsFails() {
        Echoes.Numbered request = echoes.expect(VIP, () -> {
            throw new IllegalStateException("a fault");
        });
        assertThatCode(() -> echoes.take(reply(request, VIP))).doesNotThrowAnyException();
    }

    @Test
    void shouldNumberEveryRequestAnew() {
        Echoes.Numbered first = echoes.expect(VIP, replies::incrementAndGet);
        Echoes.Numbered second = echoes.expect(VIP, replies::incrementAndGet);
        assertThat(second.number()).isEqualTo(first.number() + 1);
    }
}
