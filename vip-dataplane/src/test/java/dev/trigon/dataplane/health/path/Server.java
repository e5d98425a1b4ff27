package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.linux.PeerNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A real server in a namespace of its own: answers TCP and UDP with its name, and what its kernel answers besides. */
final class Server implements AutoCloseable {
    static final int PORT = 80;

    private final PeerNamespace host = new PeerNamespace();
    private final Way way;
    private final int number;
    private final ServerSocket tcp;
    private final @Nullable DatagramSocket udp;

    /** @param hasVip else it lacks the VIP, as where vip-agent does not run */
    Server(Way way, int number, boolean hasVip) {
        this.way = way;
        this.number = number;
        host.sh("ip link set lo up; sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0"
                + " net.ipv6.conf.default.accept_dad=0");
        if (hasVip) {
            takeVip();
        }
        tcp = host.call(() -> new ServerSocket(PORT));
        new Thread(this::serveTcp, "tcp-" + name()).start();
        // one that is bound to no address answers from another than it was asked at
        DatagramSocket bound = hasVip ? host.call(() -> new DatagramSocket(PORT, way.vip())) : null;
        udp = bound;
        if (bound != null) {
            new Thread(() -> serveUdp(bound), "udp-" + name()).start();
        }
    }

    String name() {
        return "b" + number;
    }

    String namespace() {
        return host.id();
    }

    /** Does as vip-agent does, and asks for the hop that a gateway takes. */
    private void takeVip() {
        host.sh("ip addr add " + vip() + "/" + way.hostPrefix() + " dev lo" + (way.v6 ? " nodad" : ""));
        if (way.forward == ForwardMode.L3DSR) {
            String header = way.v6 ? "ip6" : "ip";
            host.sh("nft 'add table " + header + " t; add chain " + header
                    + " t c { type filter hook prerouting priority raw; }; add rule " + header + " t c " + header
                    + " daddr " + way.server(number) + " " + header + " dscp " + way.dscp() + " " + header
                    + (way.v6 ? " hoplimit 63 " : " ttl 63 ") + header + " daddr set " + vip() + "'");
        }
    }

    /** Brings up the server's end of the wire, which has been made. */
    void connect(String device) {
        host.sh("ip addr add " + way.server(number) + "/" + way.prefixLength() + " dev " + device
                + (way.v6 ? " nodad" : "") + "; ip link set " + device + " up");
    }

    private String vip() {
        return way.vip().getHostAddress();
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try (Socket client = tcp.accept()) {
                client.getOutputStream().write(name().getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // closed, or the client has gone
            }
        }
    }

    private void serveUdp(DatagramSocket bound) {
        byte[] name = name().getBytes(StandardCharsets.US_ASCII);
        DatagramPacket question = new DatagramPacket(new byte[64], 64);
        while (!bound.isClosed()) {
            try {
                bound.receive(question);
                InetAddress client = question.getAddress();
                bound.send(new DatagramPacket(name, name.length, client, question.getPort()));
            } catch (IOException e) {
                // closed
            }
        }
    }

    @Override
    public void close() {
        try {
            tcp.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        if (udp != null) {
            udp.close();
        }
        host.close();
    }
}
