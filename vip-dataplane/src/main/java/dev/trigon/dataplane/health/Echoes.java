package dev.trigon.dataplane.health;

import dev.trigon.dataplane.health.CheckPath.Lease;
import dev.trigon.linux.packet.EchoReply;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The echo requests that wait for their replies, by number. A reply counts if it is from the address that was asked. */
public final class Echoes {
    private static final Logger LOG = LoggerFactory.getLogger(Echoes.class);

    /** Somewhere, so that a late reply to a vipd that is gone is none to this one. */
    private final AtomicInteger last =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());

    private final Map<Integer, Waiting> waiting = new ConcurrentHashMap<>();

    private record Waiting(InetAddress asked, Runnable replied, AtomicBoolean over) {}

    /** Of one request. */
    public record Numbered(int number, Lease lease) {}

    /** Waits for the reply to a request that is about to be sent. */
    public Numbered expect(InetAddress asked, Runnable replied) {
        int number = last.incrementAndGet();
        Waiting one = new Waiting(asked, replied, new AtomicBoolean());
        waiting.put(number, one);
        return new Numbered(number, () -> {
            one.over.set(true);
            waiting.remove(number, one);
        });
    }

    public void take(EchoReply reply) {
        int number = reply.number();
        Waiting one = waiting.get(number);
        if (one != null && one.asked.equals(reply.source()) && one.over.compareAndSet(false, true)) {
            waiting.remove(number, one);
            tell(one.replied);
        }
    }

    /** A fault of who waits is not the other checks'. */
    private static void tell(Runnable replied) {
        try {
            replied.run();
        } catch (RuntimeException e) {
            LOG.error("an echo reply", e);
        }
    }

    int size() {
        return waiting.size();
    }
}
