package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.upkeep.Upkeep;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control API on its socket: HTTP/1.1 and JSON over a Unix domain socket that only root can open. */
public final class ControlServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    /** One accepts, one selects; the rest answer, and with them busy requests wait without touching the packet path. */
    private static final int THREADS = 8;

    private static final long IDLE_TIMEOUT_MS = 30_000;
    private static final long STOP_TIMEOUT_MS = 2_000;
    private static final int MAX_HEADER_OCTETS = 8 * 1024;

    /** What was not confirmed in time goes back, and what no flow names any more is forgotten. */
    private static final Duration LOOK_AT_SERVICES = Duration.ofSeconds(1);

    private static final Duration LOOK_FOR_EVENTS = Duration.ofMillis(500);

    private final ControlSocket socket;
    private final Server server;
    private final Upkeep services;
    private final Upkeep events;

    private ControlServer(ControlSocket socket, Server server, ServiceRegistry registry, EventWatch events) {
        this.socket = socket;
        this.server = server;
        this.services = Upkeep.start("services", LOOK_AT_SERVICES, registry::goBackIfDue, registry::forgetUnused);
        this.events = Upkeep.start("events", LOOK_FOR_EVENTS, events::look);
    }

    /** Refused where {@link #start} would refuse the place: before anything else is touched that a living vipd has. */
    public static void checkFree(Path socket) throws Refusal {
        ControlSocket.checkFree(socket);
    }

    /**
     * Listens at once. What it answers comes from {@code registry} and {@code dataPath}, which outlive it.
     *
     * @param socket where; a dead vipd's is replaced, a living one's refused
     */
    public static ControlServer start(
            Path socket, ServiceRegistry registry, DataPath dataPath, String version, LongSupplier uptimeSeconds)
            throws Refusal {
        EventLog events = new EventLog(Clock.systemUTC());
        List<Route> routes = routes(registry, dataPath, events, version, uptimeSeconds);
        ControlSocket claimed = ControlSocket.claim(socket);
        Server server = server(claimed.bindPath(), routes);
        ControlServer started =
                new ControlServer(claimed, server, registry, new EventWatch(registry, dataPath, events));
        try {
            server.start();
            claimed.publish();
            return started;
        } catch (Exception e) {
            started.close();
            throw new Refusal(
                    "control socket " + socket,
                    "vipd cannot listen there (" + e + ")",
                    "check its directory, and that vipd runs as root");
        }
    }

    static List<Route> routes(
            ServiceRegistry registry, DataPath dataPath, EventLog events, String version, LongSupplier uptimeSeconds) {
        List<Route> routes = new ArrayList<>(new ServiceResources(registry, dataPath).routes());
        routes.addAll(new ConfigurationResources(registry).routes());
        routes.addAll(new HistoryResources(registry).routes());
        routes.addAll(new StateResources(registry, dataPath, version, uptimeSeconds).routes());
        routes.addAll(new FlowResources(registry, dataPath).routes());
        routes.addAll(new EventResources(events).routes());
        return routes;
    }

    private static Server server(Path bindPath, List<Route> routes) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("control");
        threads.setReservedThreads(0);
        Server server = new Server(threads);
        server.setStopTimeout(STOP_TIMEOUT_MS);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setRequestHeaderSize(MAX_HEADER_OCTETS);
        UnixDomainServerConnector connector =
                new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setUnixDomainPath(bindPath);
        connector.setIdleTimeout(IDLE_TIMEOUT_MS);
        server.addConnector(connector);
        server.setHandler(new ControlHandler(routes));
        // what Jetty itself refuses (a broken request line, a header too long) is answered in the same form
        server.setErrorHandler((request, response, callback) -> {
            int status = response.getStatus();
            ControlHandler.write(
                    Answer.error(status, "the request", "HTTP status " + status, "send HTTP/1.1 as the API describes"),
                    response,
                    callback);
            return true;
        });
        return server;
    }

    @Override
    public void close() {
        services.close();
        events.close();
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the control server did not stop cleanly", e);
        }
        try {
            socket.remove();
        } catch (IOException e) {
            LOG.warn("the control socket could not be removed", e);
        }
    }
}
