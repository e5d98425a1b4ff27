package dev.trigon.dataplane.health;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.StatusRange;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A page is asked for, and judged by its status and by what its beginning contains. */
final class HttpDialogue implements Dialogue {
    static final int SEARCHED_OCTETS = 65_536;

    private final HealthProbe.Http probe;
    private final Question question;
    private final HttpHead head = new HttpHead();
    private final @Nullable OctetSearch search;
    private @Nullable HttpBody body;
    private int searched;
    private boolean found;

    HttpDialogue(HealthProbe.Http probe, Question question) {
        this.probe = probe;
        this.question = question;
        this.search = probe.body() == null ? null : new OctetSearch(probe.body().getBytes(StandardCharsets.UTF_8));
    }

    /** HTTP/1.1, for servers that answer an older one otherwise than their clients. */
    @Override
    public ByteBuffer request() {
        String text = "GET " + probe.path() + " HTTP/1.1\r\nHost: " + host()
                + "\r\nUser-Agent: trigon-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** RFC 9110, 7.2: with the port, where it is not the scheme's own. */
    private String host() {
        if (probe.host() != null) {
            return probe.host();
        }
        int usual = probe.tls() ? 443 : 80;
        String vip = literal(question.backend().vip());
        return question.port() == usual ? vip : vip + ":" + question.port();
    }

    private static String literal(InetAddress address) {
        String text = Addresses.format(address);
        return address instanceof Inet6Address ? "[" + text + "]" : text;
    }

    /** The host without its port, as TLS wants it. */
    String hostName() {
        String host = host();
        int bracket = host.indexOf(']');
        int colon = host.indexOf(':', Math.max(bracket, 0));
        String name = colon < 0 ? host : host.substring(0, colon);
        return bracket < 0 ? name : host.substring(1, bracket);
    }

    @Override
    public @Nullable Outcome received(ByteBuffer octets) throws IOException {
        if (!head.take(octets)) {
            return null;
        }
        if (probe.expect().stream().noneMatch(range -> range.contains(head.status()))) {
            return Outcome.down("HTTP status " + head.status() + ", wanted " + expected());
        }
        if (search == null) {
            return Outcome.up("HTTP status " + head.status());
        }
        return search(octets, search);
    }

    private String expected() {
        return probe.expect().stream().map(StatusRange::toString).collect(Collectors.joining(","));
    }

    private @Nullable Outcome search(ByteBuffer octets, OctetSearch wanted) throws IOException {
        HttpBody current = body == null ? new HttpBody(head) : body;
        body = current;
        boolean enough = current.take(octets, octet -> {
            found = wanted.endsWith(octet);
            searched++;
            return found || searched == SEARCHED_OCTETS;
        });
        if (found) {
            return Outcome.up("HTTP status " + head.status() + ", body has '" + probe.body() + "'");
        }
        return enough || current.isOver() ? lacking() : null;
    }

    private Outcome lacking() {
        return Outcome.down("body lacks '" + Reasons.line(String.valueOf(probe.body())) + "'");
    }

    @Override
    public Outcome ended() {
        if (body != null) {
            return lacking();
        }
        return Outcome.down(
                head.isEmpty()
                        ? "it closed the connection without an answer"
                        : "it closed the connection amid its answer");
    }

    @Override
    public Outcome timedOut() {
        String time = Reasons.time(question.spec().timeout());
        return Outcome.down(
                head.isEmpty()
                        ? "it accepted the connection, but no answer within " + time
                        : "its answer was not complete within " + time);
    }
}
