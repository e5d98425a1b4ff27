package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthProbe;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram as configured. Where no answer is named, a service may well be silent: then any answer is a good one, a port that is
 * closed is a bad one, and of silence the host's answer to a ping decides, since a dead host is silent too.
 */
final class UdpAsked implements DatagramExchange.Asked {
    private final HealthProbe.Udp probe;
    private final Question question;

    UdpAsked(HealthProbe.Udp probe, Question question) {
        this.probe = probe;
        this.question = question;
    }

    @Override
    public ByteBuffer datagram() {
        return ByteBuffer.wrap(probe.send().octets());
    }

    @Override
    public @Nullable Outcome answered(ByteBuffer datagram) {
        if (probe.receive() == null) {
            return Outcome.up("it answered");
        }
        byte[] wanted = probe.receive().octets();
        return wanted.length == 0 || contains(datagram, new OctetSearch(wanted))
                ? Outcome.up("it answered as wanted")
                : Outcome.down(
                        "its answer lacks '" + Reasons.line(probe.receive().text()) + "'");
    }

    private static boolean contains(ByteBuffer datagram, OctetSearch wanted) {
        while (datagram.hasRemaining()) {
            if (wanted.endsWith(datagram.get())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Outcome timedOut(boolean pinged) {
        String noAnswer = Reasons.noAnswer(question.spec().timeout());
        if (probe.receive() != null) {
            return Outcome.down(noAnswer);
        }
        return pinged
                ? Outcome.up("the port is not closed, and the host answers a ping")
                : Outcome.down(noAnswer + ", not even to a ping");
    }

    @Override
    public boolean wantsPing() {
        return probe.receive() == null;
    }
}
