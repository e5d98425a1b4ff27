package dev.trigon.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.trigon.cli.imports.VirtualServer.Persistence;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Persistence is affinity: both hold a client at its server, by service, until it has been away for a time. */
final class Affinities {
    private static final int MAX_SECONDS = 7 * 86_400;

    private final Report report;

    Affinities(Report report) {
        this.report = report;
    }

    @Nullable
    JsonNode of(VirtualServer server) {
        Persistence persistence = server.persistence();
        if (persistence == null) {
            return null;
        }
        if (persistence.seconds() > MAX_SECONDS) {
            report.lost(
                    server.line(),
                    "persistence of " + persistence.seconds() + " s is longer than affinity can be: written as 168h",
                    "nothing more is possible");
        }
        String time = Text.duration(Math.min(persistence.seconds(), MAX_SECONDS) * 1_000L);
        boolean isIpv4 = Address.isIpv4(server.listener().vip());
        if (persistence.prefix() == null || persistence.prefix() == (isIpv4 ? 32 : 128)) {
            return JsonNodeFactory.instance.textNode(time);
        }
        ObjectNode affinity = JsonNodeFactory.instance.objectNode();
        return affinity.put("time", time).put(isIpv4 ? "prefix" : "prefix6", persistence.prefix());
    }

    /** What one asks who has two ports of a VIP with persistence: no, a client need not have one server in both. */
    void sayWhoIsApart(List<VirtualServer> servers) {
        Map<List<Object>, VirtualServer> first = new HashMap<>();
        Set<Object> said = new HashSet<>();
        for (VirtualServer server : servers) {
            if (server.persistence() == null || server.servers().isEmpty()) {
                continue;
            }
            Set<Object> addresses = new HashSet<>();
            server.servers().forEach(it -> addresses.add(it.address()));
            List<Object> key = List.of(server.listener().vip(), server.persistence(), addresses);
            VirtualServer other = first.putIfAbsent(key, server);
            if (other != null && said.add(key)) {
                report.noted(
                        server.line(),
                        "clients of " + other.listener().name() + " and "
                                + server.listener().name()
                                + " are remembered apart, as LVS does: give both one `group` in their `affinity` if a client"
                                + " shall have one server in both");
            }
        }
    }
}
