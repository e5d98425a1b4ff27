package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Host;
import dev.trigon.systemtests.lab.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Servers with something for every kind of check, and how each of it is broken so that no other kind notices: all else goes on. */
final class CheckedServers {
    static final int HTTPS_PORT = 443;

    private static final int UDP_PORT = 7001;
    private static final String NAME = "checked.trigon";
    private static final String MEND_FIREWALL = "nft delete table inet test";

    /**
     * A kind of check with its service.
     *
     * @param check what is asked, as a services file has it
     * @param reason what a check says, in part, once {@code breaking} was run on a server
     */
    record Kind(String name, String protocol, int port, String check, String reason, String breaking, String mending) {
        /** @param times of the check, as a services file has them */
        String settings(String times) {
            return "protocol: %s, ports: %d, health: {%s, %s}".formatted(protocol, port, check, times);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final Lab lab;
    private final Path directory;
    private final Path command;

    private CheckedServers(Lab lab) {
        this.lab = lab;
        this.directory = lab.directory();
        this.command = directory.resolve("check");
    }

    /** Starts what these servers lack. Their agents are there: a datagram is to be answered from the VIP that it came to. */
    static CheckedServers start(Lab lab, List<String> names) throws IOException {
        CheckedServers servers = new CheckedServers(lab);
        servers.writeCommand();
        for (String name : names) {
            servers.serveHttps(name);
            servers.serveDatagrams(name);
            lab.host(name).shell(servers.dnsmasq(name, NAME));
        }
        return servers;
    }

    private void serveHttps(String server) throws IOException {
        Files.writeString(directory.resolve("tls-" + server), nginx(server, " ssl"));
        Files.writeString(directory.resolve("plain-" + server), nginx(server, ""));
        lab.host(server).shell("""
                cd %s
                [ -e tls.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \\
                    -subj /CN=www.example.org -keyout tls.key -out tls.pem 2>tls.log
                """.formatted(directory) + nginx(server, "tls", ""));
    }

    private String nginx(String server, String ssl) {
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(it -> "    %s_temp_path %s/%s-%s;\n".formatted(it, directory, it, server))
                .collect(Collectors.joining());
        return """
                user nobody nogroup;
                pid %1$s/tls-%2$s.pid;
                error_log %1$s/tls-%2$s.log;
                events {}
                http {
                    access_log off;
                %3$s
                    ssl_certificate %1$s/tls.pem;
                    ssl_certificate_key %1$s/tls.key;
                    server {
                        listen %4$d%5$s;
                        listen [::]:%4$d%5$s;
                        location / { return 200 "%2$s\\n"; }
                    }
                }
                """.formatted(directory, server, temporary, HTTPS_PORT, ssl);
    }

    /** @param how tls or plain */
    private String nginx(String server, String how, String signal) {
        return "cp %1$s/%3$s-%2$s %1$s/nginx-%2$s.conf; nginx -c %1$s/nginx-%2$s.conf -e %1$s/tls-%2$s.log %4$s"
                .formatted(directory, server, how, signal);
    }

    private void serveDatagrams(String server) throws IOException {
        Files.writeString(answer(server), "pong\n");
        Host host = lab.host(server);
        for (Family family : Family.values()) {
            String listen = family == Family.IPV4 ? "UDP4-RECVFROM" : "UDP6-RECVFROM";
            String vip = family == Family.IPV4 ? family.vip() : "[" + family.vip() + "]";
            host.start(
                    "socat",
                    "%s:%d,bind=%s,fork".formatted(listen, UDP_PORT, vip),
                    "OPEN:" + answer(server) + ",rdonly!!OPEN:/dev/null,wronly");
        }
    }

    private void writeCommand() throws IOException {
        Files.writeString(command, """
                #!/bin/sh
                echo "$TRIGON_SERVICE asks for $TRIGON_BACKEND at $TRIGON_ADDRESS"
                [ ! -e %s/ill-"$TRIGON_BACKEND" ]
                """.formatted(directory));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What HTTP checks ask for, with {@code well} in it. Without it a server is ill, whatever else it goes on serving. */
    Path page(String server) {
        return lab.files(server).resolve("up/state");
    }

    private Path answer(String server) {
        return directory.resolve("answer-" + server);
    }

    /** @param failing the server that the commands break */
    List<Kind> kinds(String failing) {
        return List.of(
                new Kind(
                        "tcp",
                        "tcp",
                        8080,
                        "type: tcp",
                        "connection refused",
                        firewall("tcp dport 8080 reject with tcp reset"),
                        MEND_FIREWALL),
                new Kind(
                        "http",
                        "tcp",
                        80,
                        "type: http, path: /up/state, body: well",
                        "body lacks 'well'",
                        "echo ill >" + page(failing),
                        "echo well >" + page(failing)),
                new Kind(
                        "https",
                        "tcp",
                        HTTPS_PORT,
                        "type: https",
                        "TLS: ",
                        nginx(failing, "plain", "-s reload"),
                        nginx(failing, "tls", "-s reload")),
                new Kind(
                        "udp",
                        "udp",
                        UDP_PORT,
                        "type: udp, send: ping, receive: pong",
                        "its answer lacks 'pong'",
                        "echo busy >" + answer(failing),
                        "echo pong >" + answer(failing)),
                new Kind(
                        "dns",
                        "udp",
                        53,
                        "type: dns, query: " + NAME,
                        "DNS answer REFUSED",
                        dnsmasq(failing, "other." + NAME),
                        dnsmasq(failing, NAME)),
                new Kind(
                        "icmp",
                        "tcp",
                        9001,
                        "type: icmp",
                        "to a ping",
                        firewall("icmp type echo-request drop; icmpv6 type echo-request drop"),
                        MEND_FIREWALL),
                new Kind(
                        "exec",
                        "tcp",
                        9002,
                        "type: exec, command: [" + command + "]",
                        "exit code 1: exec",
                        "touch %s/ill-%s".formatted(directory, failing),
                        "rm %s/ill-%s".formatted(directory, failing)));
    }

    private static String firewall(String rules) {
        return "nft 'table inet test { chain in { type filter hook input priority 0; %s; }; }'".formatted(rules);
    }

    /** Anew, with the address of this name; of all others it knows nobody to ask, and refuses them. */
    private String dnsmasq(String server, String name) {
        return """
                pid=$(cat %1$s/dnsmasq.pid); kill "$pid"
                while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
                dnsmasq --conf-file=/dev/null --pid-file=%1$s/dnsmasq.pid --user=nobody --group=nogroup --no-resolv --no-hosts \\
                    --no-poll --cache-size=0 --log-facility=%1$s/dnsmasq.log --host-record=%2$s,192.0.2.1
                """.formatted(lab.files(server), name);
    }
}
