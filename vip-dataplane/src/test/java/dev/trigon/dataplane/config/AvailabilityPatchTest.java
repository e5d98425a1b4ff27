package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.PassiveCheck;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.WhenAllDown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvailabilityPatchTest {
    private static final String SERVICE = """
            services:
              - name: web
                vip: 203.0.113.10
                protocol: %s
                ports: [80]
            %s
            """;

    @Test
    void shouldBeOpenAndAtOnceWhereNothingIsSaid() throws Refusal {
        assertThat(read("tcp", "").availability()).isEqualTo(new Availability(WhenAllDown.OPEN, Duration.ZERO, null));
    }

    @Test
    void shouldReadAllOfIt() throws Refusal {
        assertThat(read("tcp", "    whenAllDown: closed\n    slowStart: 30s\n    passive: {repeats: 7, hold: 1m}")
                        .availability())
                .isEqualTo(new Availability(
                        WhenAllDown.CLOSED,
                        Duration.ofSeconds(30),
                        new PassiveCheck(7, Duration.ofSeconds(10), Duration.ofMinutes(1))));
        assertThat(read("tcp", "    passive: true").availability().passive()).isEqualTo(PassiveCheck.DEFAULT);
        assertThat(read("tcp", "    passive: false").availability().passive()).isNull();
        assertThat(read("tcp", "    backends: [{name: b1, address: 10.2.0.11, backup: true}]")
                        .backends())
                .singleElement()
                .extracting(BackendDraft::backup)
                .isEqualTo(true);
    }

    @Test
    void shouldLeaveWhatAPatchDoesNotName() throws Refusal {
        ServiceDraft service = read("tcp", "    whenAllDown: closed\n    slowStart: 30s\n    passive: true");
        assertThat(patched(service, "{}")).isEqualTo(service.availability());
        assertThat(patched(service, "{slowStart: none, passive: false}"))
                .isEqualTo(new Availability(WhenAllDown.CLOSED, Duration.ZERO, null));
        assertThat(patched(service, "{whenAllDown: open}"))
                .isEqualTo(new Availability(WhenAllDown.OPEN, Duration.ofSeconds(30), PassiveCheck.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        tcp | whenAllDown: never          | '6: ''whenAllDown'' is ''never''; give one of open, closed'
        tcp | slowStart: 100ms            | '6: ''slowStart'' is 100ms; give 1s to 1h'
        tcp | passive: yes please         | '6: ''passive'' is the text ''yes please'' where true or false is expected; give one of them'
        tcp | passive: {repeats: 0}       | '6: ''repeats'' is 0; give a whole number from 1 to 1000'
        tcp | passive: {within: 1500ms}   | '6: ''within'' is 1500ms; give whole seconds'
        tcp | passive: {every: 1s}        | '6: unknown key ''every''; known here: repeats, within, hold'
        udp | passive: true               | '6: ''passive'' is about TCP handshakes, and this is a udp service; leave it out, and give ''health'' to have the servers checked'
        """)
    void shouldRefuseNamingTheLine(String protocol, String line, String message) {
        assertThatThrownBy(() -> read(protocol, "    " + line))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("services.yaml line " + message);
    }

    private static ServiceDraft read(String protocol, String lines) throws Refusal {
        byte[] document = SERVICE.formatted(protocol, lines).getBytes(StandardCharsets.UTF_8);
        List<ServiceDraft> services = ServiceReader.services(document, Source.file("services.yaml"));
        return services.get(0);
    }

    private static Availability patched(ServiceDraft service, String patch) throws Refusal {
        return ServiceReader.servicePatch(patch.getBytes(StandardCharsets.UTF_8), Source.request("patch"))
                .applyTo(service)
                .availability();
    }
}
