package dev.trigon.dataplane.doctor.canary;

import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.health.path.Courier;
import dev.trigon.dataplane.health.path.Passage;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.linux.netlink.Link;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends canaries, at a bounded rate, and again those that nobody answers; listens until all are answered or there has been time
 * enough. They go past vipd's own way of packets, so no flow and no counter knows of them, and past the kernel's. Connections are
 * given up before they are made: no server's program gets to know of one.
 */
public final class Flight implements AutoCloseable {
    private static final int ROUNDS = 2;
    private static final long LISTEN_NS = 300_000_000L;
    private static final long LOOK_NS = 2_000_000L;
    /** With what follows, 4,000 a second. */
    private static final int BURST = 16;

    private static final long BETWEEN_BURSTS_NS = 4_000_000L;

    private final IntFunction<@Nullable Backend> backends;
    /** By number. */
    private final Map<Integer, Canary> canaries = new LinkedHashMap<>();

    private final Map<InetAddress, OwnEnd> ends = new HashMap<>();
    private final Map<Canary, Answer> answers = new HashMap<>();
    private final Courier courier = new Courier(CanaryPacket.LONGEST);
    private final CanaryPacket packet = new CanaryPacket(courier.octets(), courier.packetAt());
    private int sent;

    private Flight(IntFunction<@Nullable Backend> backends) {
        this.backends = backends;
    }

    /**
     * Answers what became of each; takes somewhat more than half a second at most, and as long as sending takes.
     *
     * @param at where answers are listened for
     * @param backends in force, by their ids
     */
    public static Map<Canary, Answer> of(
            List<Canary> canaries, List<Link> at, IntFunction<@Nullable Backend> backends) {
        try (Flight flight = new Flight(backends)) {
            flight.prepare(canaries, at);
            return flight.fly();
        }
    }

    private void prepare(List<Canary> all, List<Link> at) {
        int number = ThreadLocalRandom.current().nextInt();
        for (Canary canary : new LinkedHashSet<>(all)) {
            canaries.put(number++, canary);
            ends.computeIfAbsent(canary.from(), it -> OwnEnd.open(it, at));
        }
    }

    private Map<Canary, Answer> fly() {
        Map<Canary, Answer> unsent = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            canaries.forEach((number, canary) -> {
                if (!answers.containsKey(canary)) {
                    Passage passage = send(canary, packet.writeQuestion(canary, number, portOf(canary)));
                    if (passage == Passage.DELIVERED) {
                        unsent.remove(canary);
                    } else {
                        unsent.put(canary, Answer.notSent(passage.sentence()));
                    }
                }
            });
            listen(canaries.size() - unsent.size());
        }
        Map<Canary, Answer> all = new HashMap<>();
        canaries.values().forEach(it -> all.put(it, answers.getOrDefault(it, unsent.getOrDefault(it, Answer.SILENCE))));
        return all;
    }

    private int portOf(Canary canary) {
        OwnEnd end = ends.get(canary.from());
        return end == null ? 0 : end.port();
    }

    private Passage send(Canary canary, int octets) {
        if (sent++ % BURST == BURST - 1) {
            LockSupport.parkNanos(BETWEEN_BURSTS_NS);
            hear();
        }
        if (courier.take(octets) == null) {
            return Passage.MALFORMED;
        }
        Backend backend = backends.apply(canary.backendId());
        return canary.forVip() ? courier.deliver(backend) : courier.hand(backend);
    }

    private void listen(int expected) {
        long startNs = System.nanoTime();
        hear();
        while (answers.size() < expected
                && System.nanoTime() - startNs < LISTEN_NS
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOK_NS);
            hear();
        }
    }

    private void hear() {
        ends.values().forEach(it -> it.hear(this::note));
    }

    private void note(Heard heard) {
        Canary canary = canaries.get(heard.number());
        if (canary != null && canary.isEcho() == heard.toEcho()) {
            answers.putIfAbsent(canary, heard.answer());
        }
    }

    private void giveUpConnections() {
        canaries.forEach((number, canary) -> {
            Answer answer = answers.get(canary);
            boolean refused = answer != null && answer.kind() == Kind.REFUSED;
            if (!canary.isEcho() && !refused) {
                send(canary, packet.writeEnd(canary, number, portOf(canary)));
            }
        });
    }

    @Override
    public void close() {
        try {
            giveUpConnections();
        } finally {
            ends.values().forEach(OwnEnd::close);
            courier.close();
        }
    }
}
