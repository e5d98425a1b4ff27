package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.health.CheckPath;
import dev.trigon.dataplane.health.EchoSockets;
import dev.trigon.dataplane.health.Echoes;
import dev.trigon.dataplane.health.Probed;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.wire.EchoRequest;
import dev.trigon.dataplane.wire.IpHeader;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks take the clients' way: to the VIP, and from the gateway to one backend as {@link dev.trigon.dataplane.forward.Forwarder}
 * would deliver them. A server that lacks the VIP, or filters what comes for it, is found so.
 *
 * <p>A check is an ordinary socket that connects to the VIP. {@link PathRoutes} lead what it sends to {@link CheckDevice}, which
 * {@link Ferry} reads; the socket's own end, known since it was bound, says which backend it is for ({@link LocalEnds}), and
 * {@link Courier} brings it there. The reply comes straight to the socket: its source is the VIP, its destination the gateway.
 */
public final class VipPath implements CheckPath, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VipPath.class);
    private static final long RETRY_NS = 1_000_000_000L;
    private static final int ECHO_HOPS = 64;

    private final Rtnetlink kernel;
    private final PathRoutes routes;
    private final IntFunction<@Nullable Backend> backends;
    private final int mtu;
    private final Passages passages = new Passages();
    private final LocalEnds ends = new LocalEnds(VipPath::nowMs);
    private final Echoes echoes = new Echoes();
    private final EchoSockets echoSockets;
    private final Courier echoCourier;
    private final Courier ferryCourier;
    private final ReversePath reversePath;
    private final Thread thread = new Thread(this::work, "check-path");
    private volatile @Nullable Ferry ferry;
    /** Why there is no device; null: there is one. */
    private volatile @Nullable String lost;

    private volatile boolean closing;

    private VipPath(Rtnetlink kernel, IntFunction<@Nullable Backend> backends, int mtu, int owner) {
        this.kernel = kernel;
        this.backends = backends;
        this.mtu = mtu;
        this.reversePath = new ReversePath(kernel);
        this.routes = PathRoutes.open(owner);
        this.echoSockets = EchoSockets.open(echoes::take);
        this.echoCourier = new Courier(EchoRequest.LONGEST);
        this.ferryCourier = new Courier(mtu);
    }

    /**
     * Makes the way, for no VIP yet.
     *
     * @param backends by their ids, as they are at the moment; null: there is none
     * @param mtu of the narrowest interface that VIP traffic arrives at
     * @param owner the route protocol that marks what is put into the kernel as vipd's
     */
    public static VipPath open(IntFunction<@Nullable Backend> backends, int mtu, int owner) throws Refusal {
        Rtnetlink kernel = Rtnetlink.open();
        try {
            VipPath path = new VipPath(kernel, backends, mtu, owner);
            try {
                path.board();
            } catch (LinuxException e) {
                path.release();
                throw e;
            }
            path.thread.setDaemon(true);
            path.thread.start();
            return path;
        } catch (LinuxException e) {
            kernel.close();
            throw Unavailable.because(e);
        }
    }

    /** For a start without any checks: removes what a vipd that was killed left behind. {@link #open} does so itself. */
    public static void removeLeftovers(int owner) {
        PathRoutes.clean(owner);
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Leads checks to these VIPs, and to no others. None may be an address of the gateway: what it sends there never leaves it. */
    public void use(Set<InetAddress> vips) {
        routes.use(vips);
    }

    /** How many packets that the gateway sent to VIPs have had this passage. */
    public long count(Passage passage) {
        return passages.of(passage);
    }

    @Override
    public InetAddress target(Probed backend) {
        return backend.vip();
    }

    @Override
    public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) throws IOException {
        // without a way to the backend any end will do: nothing arrives, as with clients, and that counts against it
        channel.bind(source(backend).map(own -> new InetSocketAddress(own, 0)).orElse(null));
        SocketAddress bound = channel.getLocalAddress();
        if (!(bound instanceof InetSocketAddress local)) {
            throw new IOException("no socket of IP: " + bound);
        }
        return ends.take(LocalEnd.of(protocol, local), backend.backendId());
    }

    @Override
    public Lease echo(Probed backend, Runnable replied) throws IOException {
        Optional<InetAddress> source = source(backend);
        if (source.isEmpty()) {
            return Lease.NOTHING;
        }
        Echoes.Numbered request = echoes.expect(backend.vip(), replied);
        passages.count(send(request, source.get(), backend));
        return request.lease();
    }

    private Passage send(Echoes.Numbered request, InetAddress source, Probed backend) {
        synchronized (echoCourier) {
            IpHeader ip = new IpHeader(source, backend.vip(), ECHO_HOPS);
            int octets = EchoRequest.write(echoCourier.octets(), echoCourier.packetAt(), ip, request.number());
            boolean sound = echoCourier.take(octets) != null;
            return sound ? echoCourier.deliver(backends.apply(backend.backendId())) : Passage.MALFORMED;
        }
    }

    /** The gateway's own address towards this backend, if there is a way; fails where the gateway lacks what a check needs. */
    private Optional<InetAddress> source(Probed backend) throws IOException {
        refuse(lost);
        refuse(routes.obstacle(backend.vip()));
        Backend known = backends.apply(backend.backendId());
        NextHop hop = known == null ? null : known.nextHop();
        if (hop != null && backend.vip() instanceof Inet4Address) {
            refuse(reversePath.obstacle(hop.ifIndex()));
        }
        return OwnAddress.towards(backend.address());
    }

    private static void refuse(@Nullable String obstacle) throws IOException {
        if (obstacle != null) {
            throw new IOException(obstacle);
        }
    }

    private void work() {
        while (!closing) {
            try {
                Ferry now = ferry;
                if (now == null) {
                    now = board();
                    LOG.info("{} is there again", CheckDevice.NAME);
                }
                now.carry(() -> closing, this::upkeep);
            } catch (RuntimeException e) {
                lose(e);
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    private Ferry board() {
        CheckDevice device = CheckDevice.make(kernel, mtu);
        Ferry boarded = new Ferry(device, echoSockets, ferryCourier, ends, backends, passages);
        ferry = boarded;
        routes.by(device.ifIndex());
        lost = null;
        return boarded;
    }

    private void upkeep() {
        routes.repair();
        reversePath.refresh();
        ends.expire();
    }

    private void lose(RuntimeException why) {
        String words = CheckDevice.NAME + " is lost, and is made anew: " + why.getMessage();
        if (lost == null) {
            LOG.warn("{}", words);
        }
        lost = words;
        Ferry gone = ferry;
        ferry = null;
        if (gone != null) {
            gone.close();
        }
    }

    /** Takes out of the kernel what was put there. */
    @Override
    public void close() {
        closing = true;
        Ferry now = ferry;
        if (now != null) {
            now.wake();
        }
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        release();
        kernel.close();
    }

    private void release() {
        try {
            routes.close();
        } finally {
            Ferry last = ferry;
            if (last != null) {
                last.close();
            }
            echoSockets.close();
            echoCourier.close();
            ferryCourier.close();
        }
    }
}
