package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.EscapedText;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.StatusRange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a service's backends are checked, as it is read. */
class HealthPatchReaderTest {
    @Test
    void shouldReadAllOfIt() throws Refusal {
        assertThat(health("{type: tcp, via: direct, port: 8080, interval: 5s, timeout: 500ms, rise: 4, fall: 5}"))
                .isEqualTo(new HealthSpec(
                        new HealthProbe.Tcp(),
                        HealthSpec.Via.DIRECT,
                        8080,
                        Duration.ofSeconds(5),
                        Duration.ofMillis(500),
                        4,
                        5));
        assertThat(health("{type: https, path: '/ok?x=1', host: www.example.org, expect: [200-299, 404], body: ok,"
                                + " verify: true}")
                        .probe())
                .isEqualTo(new HealthProbe.Http(
                        true,
                        "/ok?x=1",
                        "www.example.org",
                        List.of(new StatusRange(200, 299), new StatusRange(404, 404)),
                        "ok",
                        true));
        assertThat(health("{type: udp, send: 'ping\\x0a', receive: pong}").probe())
                .isEqualTo(new HealthProbe.Udp(new EscapedText("ping\\x0a"), new EscapedText("pong")));
        assertThat(health("{type: dns, query: example.org, recordType: AAAA}").probe())
                .isEqualTo(new HealthProbe.Dns("example.org", HealthProbe.Dns.RecordType.AAAA));
        assertThat(health("{type: exec, command: [/bin/check, -n, 5]}").probe())
                .isEqualTo(new HealthProbe.Exec(List.of("/bin/check", "-n", "5")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "http", "https", "udp", "dns", "icmp"})
    void shouldReadTheKindAlone(String type) throws Refusal {
        HealthSpec alone = health(type);
        assertThat(alone).isNotNull().isEqualTo(health("{type: " + type + "}"));
        assertThat(alone.probe().type()).isEqualTo(type);
        assertThat(alone).isEqualTo(HealthSpec.of(alone.probe()));
    }

    @Test
    void shouldReadNone() throws Refusal {
        assertThat(health("none")).isNull();
        assertThat(health("null")).isNull();
    }

    @Test
    void shouldShortenATimeoutThatWasNotGivenToTheInterval() throws Refusal {
        assertThat(health("{type: tcp, interval: 200ms}").timeout()).isEqualTo(Duration.ofMillis(200));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ping                                         | '''health'' is ''ping''; give one of tcp, http, https, udp, dns, icmp, exec, none or a mapping'
        exec                                         | 'a health check of type exec needs a command; give one as a list of words, such as [/usr/local/bin/check-web, -q]'
        {}                                           | '''type'' is missing; give one of tcp, http, https, udp, dns, icmp, exec'
        {interval: 2s}                               | '''type'' is missing; give one of tcp, http, https, udp, dns, icmp, exec'
        {type: none}                                 | '''type'' is ''none''; give one of tcp, http, https, udp, dns, icmp, exec'
        {type: tcp, retries: 3}                      | 'unknown key ''retries''; known here: type, interval, timeout, rise, fall, via, port, path, host, expect, body, verify, send, receive, query, recordType, command'
        {type: tcp, path: /}                         | '''path'' means nothing to a health check of type tcp; leave it out; beside type, interval, timeout, rise and fall it knows via, port'
        {type: http, verify: true}                   | '''verify'' means nothing to a health check of type http; leave it out; beside type, interval, timeout, rise and fall it knows via, port, path, host, expect, body'
        {type: icmp, port: 80}                       | '''port'' means nothing to a health check of type icmp; leave it out; beside type, interval, timeout, rise and fall it knows via'
        {type: exec, command: [/a], via: direct}     | '''via'' means nothing to a health check of type exec; leave it out; beside type, interval, timeout, rise and fall it knows command'
        {type: tcp, via: lo}                         | '''via'' is ''lo''; give one of vip, direct'
        {type: tcp, port: 0}                         | '''port'' is 0; give a whole number from 1 to 65535'
        {type: tcp, interval: 99ms}                  | '''interval'' is 99ms; give 100ms to 1h'
        {type: tcp, interval: 61m}                   | '''interval'' is 61m; give 100ms to 1h'
        {type: tcp, interval: 1s, timeout: 2s}       | 'the timeout 2s is longer than the interval 1s; give a timeout of 1s at most, or a longer interval'
        {type: tcp, timeout: 5ms}                    | '''timeout'' is 5ms; give 10ms to 1h'
        {type: tcp, rise: 0}                         | '''rise'' is 0; give a whole number from 1 to 100'
        {type: tcp, fall: 101}                       | '''fall'' is 101; give a whole number from 1 to 100'
        {type: http, path: healthz}                  | '''path'' is ''healthz''; give one that begins with / and has no spaces, such as /healthz'
        {type: http, path: "/a b"}                   | '''path'' is ''/a b''; give one that begins with / and has no spaces, such as /healthz'
        {type: http, path: "/a\\r\\nX: y"}           | '''path'' is ''/a??X: y''; give one that begins with / and has no spaces, such as /healthz'
        {type: http, host: "a b"}                    | '''host'' is ''a b''; give a name such as www.example.org, or an IPv6 address in brackets'
        {type: http, expect: 99}                     | '''expect'' has ''99''; give status codes from 100 to 599, such as 200, 200-299 or 200,301'
        {type: http, expect: 300-200}                | '''expect'' has ''300-200''; give status codes from 100 to 599, such as 200, 200-299 or 200,301'
        {type: http, expect: []}                     | '''expect'' is empty; give status codes such as 200, 200-299 or 200,301'
        {type: http, expect: {}}                     | '''expect'' has ''a mapping''; give status codes from 100 to 599, such as 200, 200-299 or 200,301'
        {type: http, body: ""}                       | '''body'' has 0 characters; give a text of 1 to 256 that the page contains'
        {type: udp, send: 'a\\b'}                    | '''send'' is not printable ASCII with \\xNN for other octets and \\\\ for a backslash, of 2048 characters at most; write such as ''ping\\x0a'', in YAML in single quotes'
        {type: udp, send: ""}                        | '''send'' is empty; give one octet at least, such as ''\\x00'''
        {type: udp, receive: "ä"}                    | '''receive'' is not printable ASCII with \\xNN for other octets and \\\\ for a backslash, of 2048 characters at most; write such as ''ping\\x0a'', in YAML in single quotes'
        {type: dns, query: a..b}                     | '''query'' is ''a..b''; give a domain name such as example.org'
        {type: dns, recordType: MX}                  | '''recordType'' is ''MX''; give one of A, AAAA'
        {type: exec, command: []}                    | '''command'' is no program''s path and up to 63 arguments; give a list of words that begins with a path, such as [/usr/local/bin/check-web, -q]'
        {type: exec, command: [check]}               | '''command'' is no program''s path and up to 63 arguments; give a list of words that begins with a path, such as [/usr/local/bin/check-web, -q]'
        {type: exec, command: /bin/check}            | '''command'' is the text ''/bin/check'' where a list is expected; write [ … ], or one ''- '' line an item'
        {type: exec, command: [/bin/check, [a]]}     | '''command'' has a list where a word is expected; give words of 1024 characters at most'
        [tcp]                                        | 'expected a mapping, found a list; known here: type, interval, timeout, rise, fall, via, port, path, host, expect, body, verify, send, receive, query, recordType, command'
        """)
    void shouldBeRefusedAtItsLine(String value, String message) {
        assertThatThrownBy(() -> health(value))
                .isInstanceOf(Refusal.class)
                .hasMessage("services.yaml line 6: " + message);
    }

    @Test
    void shouldNameTheLineOfAMisplacedKey() {
        assertThatThrownBy(() -> health("\n      type: tcp\n      path: /"))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("services.yaml line 8: 'path' means nothing");
    }

    /** A row: what is there, what is asked, what results. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        none                               | tcp                       | tcp
        tcp                                | none                      | none
        tcp                                | {interval: 5s}            | {type: tcp, interval: 5s}
        {type: tcp, interval: 5s, rise: 9} | http                      | {type: http, interval: 5s, rise: 9}
        {type: http, path: /a, host: b}    | {path: /c}                | {type: http, path: /c, host: b}
        {type: http, path: /a, host: b}    | {type: http, path: /c}    | {type: http, path: /c}
        {type: http, path: /a}             | https                     | https
        {type: tcp, via: direct, port: 8}  | icmp                      | {type: icmp, via: direct}
        {type: tcp, via: direct, port: 8}  | {type: exec, command: [/a]} | {type: exec, command: [/a]}
        {type: exec, command: [/a]}        | {fall: 9}                 | {type: exec, command: [/a], fall: 9}
        {type: udp, send: a}               | {receive: ''}             | {type: udp, send: a, receive: ''}
        {type: dns, query: a}              | {recordType: AAAA}        | {type: dns, query: a, recordType: AAAA}
        """)
    void shouldChangeWhatIsNamedAlone(String present, String patch, String expected) throws Refusal {
        assertThat(patch(patch).applyTo(service(present)).health())
                .isEqualTo(service(expected).health());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        none                                | {interval: 5s}    | it has no health check that this could be changed of; give its type too, such as tcp
        tcp                                 | {path: /}         | 'path' means nothing to a health check of type tcp; leave it out; beside type, interval, timeout, rise and fall it knows via, port
        tcp                                 | {interval: 500ms} | the timeout 1s is longer than the interval 500ms; give a timeout of 500ms at most, or a longer interval
        tcp                                 | exec              | a health check of type exec needs a command; give one as a list of words, such as [/usr/local/bin/check-web, -q]
        """)
    void shouldRefuseAChangeThatDoesNotFit(String present, String patch, String message) throws Refusal {
        ServiceDraft service = service(present);
        ServicePatch read = patch(patch);

        assertThatThrownBy(() -> read.applyTo(service)).hasMessage("service 'web': " + message);
    }

    @Test
    void shouldDecodeOctets() {
        assertThat(new EscapedText("a\\x00\\\\x41\\xfFz").octets())
                .containsExactly('a', 0, '\\', 'x', '4', '1', 0xff, 'z');
        assertThat(EscapedText.isValid("\\x4")).isFalse();
        assertThat(EscapedText.isValid("x".repeat(2_048))).isTrue();
        assertThat(EscapedText.isValid("\\x41".repeat(513))).isFalse();
    }

    private static HealthSpec health(String value) throws Refusal {
        String document =
                "services:\n  - name: web\n    vip: 203.0.113.10\n    protocol: tcp\n    ports: 80\n    health: "
                        + value + "\n";
        return ServiceReader.services(octets(document), Source.file("services.yaml"))
                .get(0)
                .health();
    }

    private static ServiceDraft service(String health) throws Refusal {
        String fields = "name: web\nvip: 203.0.113.10\nprotocol: tcp\nports: 80\nhealth: " + health;
        return ServiceReader.service(octets(fields), Source.request("new service"));
    }

    private static ServicePatch patch(String health) throws Refusal {
        return ServiceReader.servicePatch(octets("health: " + health), Source.request("service 'web'"));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
