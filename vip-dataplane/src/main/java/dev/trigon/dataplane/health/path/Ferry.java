package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.health.EchoSockets;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.linux.Wakeup;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Carries what the gateway sends to VIPs from the check device to the backends that it is for, and replies to echo requests to
 * those who wait for them. For as long as there is that device; one thread.
 */
final class Ferry implements AutoCloseable {
    private static final long UPKEEP_MS = 2_000;
    /** Between two looks at what else there is to do. */
    private static final int MOST_AT_ONCE = 256;

    private final CheckDevice device;
    private final EchoSockets echoSockets;
    private final Courier courier;
    private final LocalEnds ends;
    private final IntFunction<@Nullable Backend> backends;
    private final Passages passages;
    private final Wakeup wakeup;

    Ferry(
            CheckDevice device,
            EchoSockets echoSockets,
            Courier courier,
            LocalEnds ends,
            IntFunction<@Nullable Backend> backends,
            Passages passages) {
        this.device = device;
        this.echoSockets = echoSockets;
        this.courier = courier;
        this.ends = ends;
        this.backends = backends;
        this.passages = passages;
        this.wakeup = new Wakeup(echoSockets.andFd(device.tun().fd()));
    }

    /** Until it is over, which {@link #wake} has it look at; or the device is gone, which fails. */
    void carry(BooleanSupplier over, Runnable upkeep) {
        long lookedMs = nowMs();
        while (!over.getAsBoolean()) {
            wakeup.await((int) UPKEEP_MS);
            drain();
            echoSockets.drain();
            if (nowMs() - lookedMs >= UPKEEP_MS) {
                lookedMs = nowMs();
                device.repair();
                upkeep.run();
            }
        }
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    private void drain() {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            int octets = device.tun().read(courier.address(), courier.capacity());
            if (octets == 0) {
                return;
            }
            passages.count(carry(courier.take(octets)));
        }
    }

    private Passage carry(@Nullable Packet packet) {
        if (packet == null) {
            return Passage.MALFORMED;
        }
        boolean hasPorts = packet.protocol() == Protocol.TCP.number() || packet.protocol() == Protocol.UDP.number();
        int id = hasPorts ? ends.backendOf(LocalEnd.of(packet)) : 0;
        return id == 0 ? Passage.UNREGISTERED : courier.deliver(backends.apply(id));
    }

    /** Any thread. */
    void wake() {
        wakeup.wake();
    }

    @Override
    public void close() {
        wakeup.close();
        device.close();
    }
}
