package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthProbe;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Checks as they are made, over the network or by a command. */
final class LiveAttempts implements Attempts, AutoCloseable {
    private static final int IDS = 1 << 16;

    private final EventLoop loop;
    private final RandomGenerator random;
    private final Commands commands = new Commands();
    private final Tls tls = new Tls();

    LiveAttempts(EventLoop loop, RandomGenerator random) {
        this.loop = loop;
        this.random = random;
    }

    @Override
    public Running start(Question question, Consumer<Outcome> done) {
        Attempt attempt = new Attempt(loop, exchange(question), done);
        if (question.spec().probe() instanceof HealthProbe.Exec) {
            attempt.begin();
        } else {
            attempt.begin(question.spec().timeout());
        }
        return attempt;
    }

    private Exchange exchange(Question question) {
        HealthProbe probe = question.spec().probe();
        if (probe instanceof HealthProbe.Http http) {
            return new StreamExchange(loop, question, new HttpTalk(loop, tls, http, question));
        }
        if (probe instanceof HealthProbe.Udp udp) {
            return new DatagramExchange(loop, question, new UdpAsked(udp, question));
        }
        if (probe instanceof HealthProbe.Dns dns) {
            return new DatagramExchange(loop, question, new DnsAsked(dns, question, (short) random.nextInt(IDS)));
        }
        if (probe instanceof HealthProbe.Icmp) {
            return new EchoExchange(loop, question);
        }
        if (probe instanceof HealthProbe.Exec exec) {
            return new ExecExchange(commands, exec, question);
        }
        return new StreamExchange(loop, question, null);
    }

    @Override
    public void close() {
        commands.close();
    }
}
