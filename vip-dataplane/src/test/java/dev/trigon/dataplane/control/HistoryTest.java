package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trigon.dataplane.api.HistoryEntryView;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was changed, and the way back. */
class HistoryTest {
    private static final String B1 = "{name: b1, address: 10.2.0.11}";
    private static final String B2 = "{name: b2, address: 10.2.0.12}";

    @TempDir
    Path directory;

    private final FakeDataPath dataPath = new FakeDataPath();

    private ServiceRegistry open() throws Refusal {
        ServiceRegistry registry = ServiceRegistry.open(
                new ServicesStore(directory), dataPath, new Clocks(() -> 0, () -> 1_780_000_000_999L));
        registry.resume();
        return registry;
    }

    private static ServiceRegistry.Edit web(String... backends) {
        String file = "services: [{name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: "
                + List.of(backends) + "}]";
        return present -> ServiceReader.services(file.getBytes(StandardCharsets.UTF_8), Source.file("services.yaml"));
    }

    private static List<String> backends(List<ServiceEntry> services) {
        return services.get(0).backends().stream().map(one -> one.name()).toList();
    }

    private Path file(long number) {
        return directory.resolve("history").resolve(number + ".json");
    }

    @Test
    void shouldNumberEachChangeAndSayWhatItCameTo() throws Exception {
        ServiceRegistry registry = open();
        registry.change(web(B1), Terms.of("apply services.yaml"));
        registry.change(web(B1, B2), Terms.of("backend add web b2"));
        registry.change(web(B1, B2), Terms.of("apply services.yaml"));
        registry.change(web(B1, "{name: b2, address: 10.2.0.12, weight: 7, state: draining}"), Terms.of("c"));
        registry.change(present -> List.of(), Terms.of("service remove web"));

        assertThat(registry.history().entries(9))
                .containsExactly(
                        new HistoryEntryView(4, "2026-05-28T20:26:40Z", "service remove web", "web removed"),
                        new HistoryEntryView(
                                3,
                                "2026-05-28T20:26:40Z",
                                "c",
                                "web: backend b2 weight 100 → 7, state default → draining"),
                        new HistoryEntryView(2, "2026-05-28T20:26:40Z", "backend add web b2", "web: backend b2 added"),
                        new HistoryEntryView(1, "2026-05-28T20:26:40Z", "apply services.yaml", "web added"));
        assertThat(registry.history().entries(2)).hasSize(2);
        assertThat(backends(registry.history().services(2))).containsExactly("b1", "b2");
        assertThat(registry.state().revision().number()).isEqualTo(4);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(4))))
                .isEqualTo("rw-------");
        assertThat(open().history().entries(9)).isEqualTo(registry.history().entries(9));
    }

    @Test
    void shouldGoBackToTheOneBeforeOrToAnyAsAChange() throws Exception {
        ServiceRegistry registry = open();
        registry.change(web(B1));
        registry.change(web(B1, B2));
        registry.change(web(B2));

        registry.goBack(null, Terms.of("rollback"));
        assertThat(registry.services().get(0).backends()).hasSize(2);
        registry.goBack(1L, Terms.of("rollback 1"));
        assertThat(registry.services().get(0).backends()).hasSize(1);

        assertThat(registry.history().entries(1))
                .extracting(HistoryEntryView::number, HistoryEntryView::command, HistoryEntryView::summary)
                .containsExactly(tuple(5L, "rollback 1", "web: backend b2 removed"));
        assertThat(registry.goBack(5L, Terms.of("rollback 5")).revision())
                .as("to what is in force")
                .isEqualTo(5);
        assertThatThrownBy(() -> registry.goBack(9L, Terms.of("rollback 9")))
                .hasMessage("entry 9 of the history: there is none; see `vipctl history` for those there are");
        dataPath.nextCheck = new Refusal("backend 'b2'", "no route", "add one");
        assertThatThrownBy(() -> registry.goBack(3L, Terms.of("rollback 3"))).hasMessageContaining("no route");
        assertThat(registry.state().revision().number()).isEqualTo(5);
    }

    @Test
    void shouldKeepAHundred() throws Exception {
        ServiceRegistry registry = open();
        for (int i = 0; i < 105; i++) {
            registry.change(i % 2 == 0 ? web(B1) : web(B2));
        }
        assertThat(registry.history().entries(1_000)).hasSize(100);
        assertThat(file(5)).doesNotExist();
        assertThat(file(6)).exists();
        assertThat(open().history().entries(1_000)).hasSize(100);
    }

    @Test
    void shouldKeepNoMoreThanItsRoomButTheNewest() {
        History history = History.open(directory);
        ServiceEntry large = ServiceEntry.of("x".repeat(5 << 20), null, null, "any", List.of());
        for (int number = 1; number <= 5; number++) {
            history.add(History.Entry.of(number, 0, "c", "s", List.of(large)));
        }
        assertThat(history.entries(9)).extracting(HistoryEntryView::number).containsExactly(5L, 4L, 3L);
        assertThat(file(2)).doesNotExist();
    }

    @Test
    void shouldSetAsideWhatCannotBeReadAndStart() throws Exception {
        ServiceRegistry registry = open();
        for (int i = 0; i < 4; i++) {
            registry.change(i % 2 == 0 ? web(B1) : web(B2));
        }
        Files.writeString(file(2), "{");
        Files.writeString(file(3), Files.readString(file(1)));
        Files.writeString(file(4), "null");

        ServiceRegistry again = open();

        assertThat(again.services()).isEqualTo(registry.services());
        assertThat(again.history().entries(9))
                .extracting(HistoryEntryView::number, HistoryEntryView::command)
                .as("what is in force is in the history again")
                .containsExactly(tuple(4L, "start of vipd"), tuple(1L, "a change"));
        assertThat(file(2).resolveSibling("2.json.broken")).hasContent("{");
        assertThatThrownBy(() -> again.goBack(null, Terms.of("rollback")))
                .hasMessageStartingWith("entry 3 of the history: there is none");
    }

    @Test
    void shouldChangeWhatTheHistoryCannotTake() throws Exception {
        Files.writeString(directory.resolve("history"), "a file where the directory would be");
        ServiceRegistry registry = open();

        registry.change(web(B1));

        assertThat(dataPath.inForce()).hasSize(1);
        assertThat(registry.state().revision().number()).isEqualTo(1);
        assertThat(registry.history().entries(9)).isEmpty();
        Files.delete(directory.resolve("history"));
        assertThat(open().history().entries(9))
                .extracting(HistoryEntryView::number)
                .containsExactly(1L);
    }

    @Test
    void shouldGiveNoNumberTwiceWhereServicesAreAnOlderCopyOrGone() throws Exception {
        ServiceRegistry registry = open();
        registry.change(web(B1));
        byte[] old = Files.readAllBytes(directory.resolve("services.json"));
        registry.change(web(B2));
        Files.write(directory.resolve("services.json"), old);

        assertThat(open().state().revision().number()).isEqualTo(3);
        assertThat(open().state().revision().number()).isEqualTo(3);
        Files.delete(directory.resolve("services.json"));
        assertThat(open().state().revision().number()).isEqualTo(4);
        assertThat(open().history().services(4)).isEmpty();
    }

    @Test
    void shouldTakeServicesThatWereSavedBeforeTheyHadAHistory() throws IOException, Refusal {
        Files.writeString(directory.resolve("services.json"), """
                {"version": 2, "nextBackendId": 2, "backendIds": {"web/b1": 1}, "former": [], "services": [
                 {"name": "web", "vip": "203.0.113.10", "protocol": "tcp", "ports": [80],
                  "backends": [{"name": "b1", "address": "10.2.0.11"}]}]}
                """);
        ServiceRegistry registry = open();

        assertThat(registry.state().revision()).isEqualTo(new Revision(1, null));
        assertThat(registry.history().entries(9))
                .extracting(HistoryEntryView::summary)
                .containsExactly("services as they were found");
        assertThat(Files.readString(directory.resolve("services.json"))).contains("\"version\" : 3");
    }
}
