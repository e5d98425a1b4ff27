package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.api.EventView;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventWatchTest {
    private static final String B1 = "{name: b1, address: 10.2.0.11, weight: %d, state: %s}";

    private final EventLog log = new EventLog(Clock.fixed(Instant.parse("2026-11-27T19:34:23Z"), ZoneOffset.UTC));
    private final FakeDataPath dataPath = new FakeDataPath();
    private ServiceRegistry registry;
    private EventWatch watch;

    @BeforeEach
    void begin(@TempDir Path directory) throws Refusal {
        registry = ServiceRegistry.open(new ServicesStore(directory), dataPath, System::nanoTime);
        apply("wrr", String.format(B1, 100, "up"));
        watch = new EventWatch(registry, dataPath, log);
    }

    @Test
    void shouldTellNothingWhenNothingChanges() {
        watch.look();
        assertThat(log.after(0).events()).isEmpty();
    }

    @Test
    void shouldTellOfWhatIsConfigured() throws Refusal {
        apply("maglev", String.format(B1, 7, "up") + ", {name: b2, address: 10.2.0.12}");
        watch.look();
        assertThat(told())
                .containsExactly(
                        "config: service web: changed",
                        "config: backend b1 of service web: weight 7, it was 100",
                        "config: backend b2 of service web: added: 10.2.0.12");
        registry.change(present -> List.of());
        watch.look();
        assertThat(told())
                .endsWith(
                        "config: service web: removed",
                        "config: backend b1 of service web: removed",
                        "config: backend b2 of service web: removed");
    }

    @Test
    void shouldTellOfALargeChangeByItsNumbers() throws Refusal {
        String many = IntStream.range(0, ConfigurationNews.MOST_ONE_BY_ONE)
                .mapToObj(i -> "{name: m" + i + ", address: 10.3.0." + (i + 1) + "}")
                .collect(Collectors.joining(", "));
        apply("wrr", String.format(B1, 7, "up") + ", " + many);
        watch.look();
        assertThat(told()).containsExactly("config: a large change: changes of backends: 1, backends added: 100");
        apply("wrr", String.format(B1, 8, "up") + ", " + many);
        watch.look();
        assertThat(told()).endsWith("config: backend b1 of service web: weight 8, it was 7");
    }

    @Test
    void shouldTellOfADrainFromItsBeginningToItsEnd() throws Refusal {
        dataPath.activeFlows.put(1, 3L);
        apply("wrr", String.format(B1, 100, "draining"));
        watch.look();
        watch.look();
        dataPath.activeFlows.put(1, 0L);
        watch.look();
        watch.look();
        assertThat(told())
                .containsExactly(
                        "drain: backend b1 of service web: draining, it was up",
                        "drain: backend b1 of service web: has no flows left");
    }

    @Test
    void shouldTellOfHealthAndInterfacesAndTheStateDirectory() {
        dataPath.whyDown.put(1, "connection refused");
        dataPath.arms = List.of(new DataPath.ArmStatus("eth0", "pcap", null, "chosen", 1, "it is gone"));
        dataPath.stateFault = "it is read-only";
        watch.look();
        dataPath.whyDown.clear();
        dataPath.arms = List.of(new DataPath.ArmStatus("eth0", "pcap", null, "chosen", 1, null));
        dataPath.stateFault = null;
        watch.look();
        assertThat(told())
                .containsExactly(
                        "health: backend b1 of service web: down: connection refused",
                        "engine: interface eth0: lost: it is gone",
                        "state: the state directory: it is read-only",
                        "health: backend b1 of service web: up",
                        "engine: interface eth0: up by pcap",
                        "state: the state directory: is well again");
    }

    @Test
    void shouldRememberTheLastThousandAndSayHowManyWereMissed() {
        for (int i = 1; i <= EventLog.REMEMBERED + 5; i++) {
            log.add(EventLog.Kind.ENGINE, "interface eth0", "no. " + i);
        }
        assertThat(log.after(0).missed()).isEqualTo(5);
        assertThat(log.after(0).events()).hasSize(EventLog.REMEMBERED);
        assertThat(log.after(1_004).events())
                .containsExactly(new EventView(1_005, "2026-11-27T19:34:23Z", "engine", "interface eth0", "no. 1005"));
        assertThat(log.after(1_005).events()).isEmpty();
        assertThat(log.after(9_999).events())
                .as("of a vipd that was there before")
                .hasSize(EventLog.REMEMBERED);
    }

    private void apply(String scheduler, String backends) throws Refusal {
        byte[] document = """
                services:
                  - {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, scheduler: %s, backends: [%s]}
                """.formatted(scheduler, backends).getBytes(StandardCharsets.UTF_8);
        registry.change(present -> ServiceReader.services(document, Source.request("test")));
    }

    private List<String> told() {
        return log.after(0).events().stream()
                .map(event -> event.kind() + ": " + event.about() + ": " + event.text())
                .toList();
    }
}
