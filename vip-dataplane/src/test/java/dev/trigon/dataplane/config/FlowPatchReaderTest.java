package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a service's flows are remembered, as it is read. */
class FlowPatchReaderTest {
    @Test
    void shouldReadAllOfIt() throws Refusal {
        assertThat(flows("tcp", """
                    affinity: {time: 10m, prefix: 24, prefix6: 64, group: shop}
                    timeouts: {syn: 5s, established: 1h, closing: 1s, closed: 2s, udp: 168h}
                    onePacket: false
                    whenDown: move
                """))
                .isEqualTo(new FlowPolicy(
                        new TimeoutOverrides(
                                Duration.ofSeconds(5),
                                Duration.ofHours(1),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofDays(7)),
                        new Affinity(Duration.ofMinutes(10), 24, 64, "shop"),
                        false,
                        WhenDown.MOVE));
    }

    @Test
    void shouldReadTheDefaultWhereNothingIsSaid() throws Refusal {
        assertThat(flows("tcp", "")).isEqualTo(FlowPolicy.DEFAULT);
        assertThat(flows("tcp", "    affinity: null\n    timeouts: {}\n")).isEqualTo(FlowPolicy.DEFAULT);
        assertThat(flows("tcp", "    affinity: none\n    timeouts: {syn: default}\n    whenDown: reset\n"))
                .isEqualTo(FlowPolicy.DEFAULT);
    }

    @Test
    void shouldReadAnAffinitysTimeAlone() throws Refusal {
        Affinity tenMinutes = new Affinity(Duration.ofMinutes(10), 32, 128, null);
        assertThat(flows("tcp", "    affinity: 10m\n").affinity()).isEqualTo(tenMinutes);
        assertThat(flows("tcp", "    affinity: {time: 600s, group: none}\n").affinity())
                .isEqualTo(tenMinutes);
        assertThat(flows("udp", "    onePacket: true\n").onePacket()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        affinity: 999ms                       | '''affinity'' is 999ms; give 1s to 168h'
        affinity: 169h                        | '''affinity'' is 169h; give 1s to 168h'
        affinity: 0s                          | '''affinity'' is 0s; give 1s to 168h'
        affinity: forever                     | '''affinity'' is the text ''forever'' where a duration is expected; give one such as 500ms, 30s, 15m or 1h'
        affinity: 10                          | '''affinity'' is the number 10 where a duration is expected; give one such as 500ms, 30s, 15m or 1h'
        affinity: true                        | '''affinity'' is true where a duration is expected; give one such as 500ms, 30s, 15m or 1h'
        affinity: [10m]                       | 'expected a mapping, found a list; known here: time, prefix, prefix6, group'
        affinity: {prefix: 24}                | '''time'' is missing; give it a value, such as 10m'
        affinity: {}                          | '''time'' is missing; give it a value, such as 10m'
        affinity: {time: 10m, prefix: 33}     | '''prefix'' is 33; give a whole number from 0 to 32'
        affinity: {time: 10m, prefix: -1}     | '''prefix'' is -1; give a whole number from 0 to 32'
        affinity: {time: 10m, prefix6: 129}   | '''prefix6'' is 129; give a whole number from 0 to 128'
        affinity: {time: 10m, prefix: "24"}   | '''prefix'' is the text ''24'' where a number is expected; give 0 to 32'
        affinity: {time: 10m, group: Shop}    | 'the name ''Shop'' cannot be used; use up to 63 of a-z, 0-9, ''-'', ''_'' and ''.'', a letter or digit first'
        affinity: {time: 10m, for: 10m}       | 'unknown key ''for''; known here: time, prefix, prefix6, group'
        affinity: {time: 10m, time: 5m}       | 'the key ''time'' is given twice; keep one of them'
        timeouts: {syn: 500ms}                | '''syn'' is 500ms; give 1s to 168h'
        timeouts: {udp: 169h}                 | '''udp'' is 169h; give 1s to 168h'
        timeouts: {fin: 5s}                   | 'unknown key ''fin''; known here: syn, established, closing, closed, udp'
        timeouts: 5s                          | 'expected a mapping, found the text ''5s''; known here: syn, established, closing, closed, udp'
        onePacket: yes please                 | '''onePacket'' is the text ''yes please'' where true or false is expected; give one of them'
        whenDown: drop                        | '''whenDown'' is ''drop''; give one of reset, move'
        """)
    void shouldBeRefusedAtItsLine(String line, String message) {
        assertThatThrownBy(() -> flows("tcp", "    " + line + "\n"))
                .isInstanceOf(Refusal.class)
                .hasMessage("services.yaml line 6: " + message);
    }

    @Test
    void shouldLeaveWhatBecomesOfConnectionsToTcp() {
        assertThatThrownBy(() -> flows("udp", "    whenDown: reset\n"))
                .hasMessage(
                        "services.yaml line 6: 'whenDown' is about TCP connections, and this is a udp service; leave"
                                + " it out: its flows move to another backend");
    }

    /** A row: what is there, what is asked, what results. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        affinity: 10m                        | affinity: 5m                       | affinity: 5m
        affinity: {time: 10m, prefix: 24}    | affinity: 5m                       | affinity: {time: 5m, prefix: 24}
        affinity: {time: 10m, group: a}      | affinity: {prefix6: 64}            | affinity: {time: 10m, prefix6: 64, group: a}
        affinity: {time: 10m, group: a}      | affinity: {group: none}            | affinity: 10m
        affinity: {time: 10m, group: a}      | affinity: none                     | {}
        affinity: 10m                        | {}                                 | affinity: 10m
        timeouts: {syn: 5s, udp: 9s}         | timeouts: {udp: default}           | timeouts: {syn: 5s}
        timeouts: {syn: 5s}                  | timeouts: {closing: 3s}            | timeouts: {syn: 5s, closing: 3s}
        whenDown: move                       | whenDown: reset                    | {}
        whenDown: move                       | onePacket: false                   | whenDown: move
        """)
    void shouldChangeWhatIsNamedAlone(String present, String patch, String expected) throws Refusal {
        ServiceDraft service = service("tcp", present);
        ServicePatch read = ServiceReader.servicePatch(octets(patch), Source.request("service 'web'"));

        assertThat(read.applyTo(service).flows())
                .isEqualTo(service("tcp", expected).flows());
    }

    @Test
    void shouldNotChangeAnAffinityThatIsNotThere() throws Refusal {
        ServicePatch patch =
                ServiceReader.servicePatch(octets("affinity: {prefix: 24}"), Source.request("service 'web'"));
        ServiceDraft service = service("tcp", "{}");

        assertThatThrownBy(() -> patch.applyTo(service))
                .hasMessage("service 'web': it has no affinity that this could be changed of; give a time too, such as"
                        + " 10m");
    }

    @Test
    void shouldReadABackendsState() throws Refusal {
        BackendDraft draft =
                ServiceReader.backend(octets("{name: b1, address: 10.2.0.11, state: draining}"), Source.request("b"));
        assertThat(draft.state()).isEqualTo(BackendState.DRAINING);
        assertThat(ServiceReader.backendPatch(octets("state: up"), Source.request("b"))
                        .applyTo(draft))
                .isEqualTo(new BackendDraft("b1", draft.address(), 100, BackendState.UP, false));
        assertThat(ServiceReader.backendPatch(octets("weight: 7"), Source.request("b"))
                        .applyTo(draft))
                .isEqualTo(new BackendDraft("b1", draft.address(), 7, BackendState.DRAINING, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        state: down        | b, field 'state': 'state' is 'down'; give one of up, draining, disabled
        {}                 | b: it changes nothing; give 'weight', 'state' or 'backup'
        name: b2           | b, field 'name': unknown key 'name'; known here: weight, state, backup
        """)
    void shouldRefuseAnotherChangeOfABackend(String patch, String message) {
        assertThatThrownBy(() -> ServiceReader.backendPatch(octets(patch), Source.request("b")))
                .isInstanceOf(Refusal.class)
                .hasMessage(message);
    }

    private static FlowPolicy flows(String protocol, String lines) throws Refusal {
        String document = "services:\n  - name: web\n    vip: 203.0.113.10\n    protocol: " + protocol
                + "\n    ports: 80\n" + lines;
        return ServiceReader.services(octets(document), Source.file("services.yaml"))
                .get(0)
                .flows();
    }

    private static ServiceDraft service(String protocol, String more) throws Refusal {
        String fields = "name: web\nvip: 203.0.113.10\nprotocol: " + protocol + "\nports: 80\n";
        return ServiceReader.service(octets(fields + (more.equals("{}") ? "" : more)), Source.request("new service"));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
