package dev.trigon.dataplane.config;

import static dev.trigon.dataplane.config.HealthPatch.given;

import dev.trigon.dataplane.service.EscapedText;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.StatusRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of what a check asks, of all kinds of checks; null leaves a field as it is. */
record ProbePatch(
        @Nullable String path,
        @Nullable String host,
        @Nullable List<StatusRange> expect,
        @Nullable String body,
        @Nullable Boolean verify,
        @Nullable EscapedText send,
        @Nullable EscapedText receive,
        @Nullable String query,
        HealthProbe.Dns.@Nullable RecordType recordType,
        @Nullable List<String> command) {
    static final ProbePatch NOTHING = new ProbePatch(null, null, null, null, null, null, null, null, null, null);

    private static final HealthProbe.Http HTTP = new HealthProbe.Http(
            false, HealthProbe.Http.DEFAULT_PATH, null, HealthProbe.Http.DEFAULT_EXPECT, null, false);
    private static final HealthProbe.Udp UDP = new HealthProbe.Udp(HealthProbe.Udp.DEFAULT_SEND, null);
    private static final HealthProbe.Dns DNS = new HealthProbe.Dns(null, HealthProbe.Dns.RecordType.A);

    /** @param present of the same kind; null: there is none, or it is not to matter */
    HealthProbe applyTo(HealthType kind, @Nullable HealthProbe present, String what) throws Refusal {
        return switch (kind) {
            case TCP -> new HealthProbe.Tcp();
            case HTTP, HTTPS -> http(kind == HealthType.HTTPS, present instanceof HealthProbe.Http http ? http : HTTP);
            case UDP -> udp(present instanceof HealthProbe.Udp udp ? udp : UDP);
            case DNS -> dns(present instanceof HealthProbe.Dns dns ? dns : DNS);
            case ICMP -> new HealthProbe.Icmp();
            case EXEC -> exec(present, what);
        };
    }

    private HealthProbe http(boolean tls, HealthProbe.Http present) {
        return new HealthProbe.Http(
                tls,
                given(path, present.path()),
                host == null ? present.host() : host,
                given(expect, present.expect()),
                body == null ? present.body() : body,
                given(verify, present.verify()));
    }

    private HealthProbe udp(HealthProbe.Udp present) {
        return new HealthProbe.Udp(given(send, present.send()), receive == null ? present.receive() : receive);
    }

    private HealthProbe dns(HealthProbe.Dns present) {
        return new HealthProbe.Dns(query == null ? present.query() : query, given(recordType, present.recordType()));
    }

    private HealthProbe exec(@Nullable HealthProbe present, String what) throws Refusal {
        if (command != null) {
            return new HealthProbe.Exec(command);
        }
        if (present instanceof HealthProbe.Exec exec) {
            return exec;
        }
        throw new Refusal(
                what,
                "a health check of type exec needs a command",
                "give one as a list of words, such as [/usr/local/bin/check-web, -q]");
    }
}
