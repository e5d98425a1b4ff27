package dev.trigon.dataplane.health.path;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.health.CheckPath.Lease;
import dev.trigon.dataplane.health.Probed;
import dev.trigon.dataplane.nexthop.NextHops;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A gateway, which is the namespace that the test runs in, two servers, and the way of checks to them. */
final class PathScene implements AutoCloseable {
    static final int OWNER = 84;
    static final int WAIT_MS = 1_500;
    static final String SILENCE = "no answer";

    final Way way;
    final VipPath path;
    private final List<Server> servers;
    private final Rtnetlink kernel = Rtnetlink.open();
    private final NextHops hops;
    private final ServiceTable table;

    /** @param bareServer the one that lacks the VIP; 0: none */
    PathScene(Way way, int bareServer) throws Refusal {
        this.way = way;
        this.servers = List.of(new Server(way, 1, bareServer != 1), new Server(way, 2, bareServer != 2));
        sh("ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0"
                + " net.ipv6.conf.default.accept_dad=0");
        sh(way.ip() + " route add blackhole " + way.vip().getHostAddress() + " proto " + OWNER);
        wire(1);
        wire(2);
        hops = NextHops.follow(kernel, () -> {});
        Specs web = Specs.service("web")
                .vip(way.vip().getHostAddress())
                .backend(1, way.server(1), 1)
                .backend(2, way.server(2), 1);
        if (way.dscp() > 0) {
            web.l3dsr(way.dscp());
        }
        table = Tables.compile(List.of(web.spec()), null, hops::slot, 1, Set.of());
        until("next hops", () -> hop(1) && hop(2));
        path = VipPath.open(table::backend, 1_500, OWNER);
        path.use(Set.of(way.vip()));
    }

    private void wire(int number) {
        Server server = servers.get(number - 1);
        sh("ip link add v" + number + " type veth peer name w" + number + " netns " + server.namespace());
        sh("ip addr add " + way.gateway(number) + "/" + way.prefixLength() + " dev v" + number
                + (way.v6 ? " nodad" : "") + "; ip link set v" + number + " up");
        server.connect("w" + number);
    }

    private boolean hop(int number) {
        Backend backend = table.backend(number);
        return backend != null && backend.nextHop() != null;
    }

    static void until(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }

    Probed probed(int number) {
        return new Probed(
                number, "web", "b" + number, Specs.address(way.server(number)), way.vip(), way.forward, way.dscp());
    }

    private StandardProtocolFamily family() {
        return way.v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private InetSocketAddress target(Probed backend) {
        return new InetSocketAddress(path.target(backend), Server.PORT);
    }

    /** What a backend says over a connection; or that there is no answer. */
    String tcp(int number) throws IOException {
        return tcp(number, () -> {});
    }

    String tcp(int number, Runnable meanwhile) throws IOException {
        Probed backend = probed(number);
        try (SocketChannel channel = SocketChannel.open(family())) {
            Lease lease = path.bind(channel, Protocol.TCP, backend);
            meanwhile.run();
            Socket socket = channel.socket();
            socket.setSoTimeout(WAIT_MS);
            socket.connect(target(backend), WAIT_MS);
            String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            lease.release();
            return said;
        } catch (SocketTimeoutException | SocketException e) {
            // IPv6 says at once that it has no route to where it was mistakenly sent
            return SILENCE;
        }
    }

    /** What a backend answers to a datagram; or that there is no answer. */
    String udp(int number) throws IOException {
        Probed backend = probed(number);
        try (DatagramChannel channel = DatagramChannel.open(family())) {
            channel.configureBlocking(false);
            Lease lease = path.bind(channel, Protocol.UDP, backend);
            channel.connect(target(backend));
            channel.write(ByteBuffer.wrap(new byte[] {'?'}));
            ByteBuffer answer = ByteBuffer.allocate(64);
            long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
            while (channel.read(answer) == 0 && System.nanoTime() - deadlineNs < 0) {
                LockSupport.parkNanos(1_000_000);
            }
            lease.release();
            String said = StandardCharsets.US_ASCII.decode(answer.flip()).toString();
            return said.isEmpty() ? SILENCE : said;
        }
    }

    /** Whether a backend answers an echo request. */
    boolean echo(int number) throws IOException {
        CountDownLatch replied = new CountDownLatch(1);
        Lease lease = path.echo(probed(number), replied::countDown);
        try {
            return replied.await(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lease.release();
        }
    }

    @Override
    public void close() {
        path.close();
        hops.close();
        kernel.close();
        servers.forEach(Server::close);
    }
}
