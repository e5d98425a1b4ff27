package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class StateHealthTest {
    @TempDir
    Path temporary;

    private final Logger logger = (Logger) LoggerFactory.getLogger(StateHealth.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Path state;
    private FlowTable flows;
    private StateHealth health;

    @BeforeEach
    void open() throws IOException {
        state = temporary.resolve("state");
        flows = FlowTable.open(state, 2_000);
        health = new StateHealth(state, flows);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() throws IOException {
        logger.detachAppender(log);
        flows.close();
    }

    private List<String> logged(Level level) {
        return log.list.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void shouldFindNothingWrongAndLeaveNothingBehind() {
        health.check();

        assertThat(health.isWell()).isTrue();
        assertThat(health.trouble()).isEmpty();
        assertThat(log.list).isEmpty();
        assertThat(state.resolve(StateHealth.PROBE)).doesNotExist();
    }

    @Test
    void shouldRemoveAProbeThatAKillLeft() throws IOException {
        Files.writeString(state.resolve(StateHealth.PROBE), "left");

        health.check();

        assertThat(health.isWell()).isTrue();
        assertThat(state.resolve(StateHealth.PROBE)).doesNotExist();
    }

    @Test
    void shouldSayOnceThatTheDirectoryCannotBeWrittenAndOnceThatItCan() throws IOException {
        Path elsewhere = temporary.resolve("elsewhere");
        Files.move(state, elsewhere);
        Files.createFile(state);
        for (int i = 0; i < 3; i++) {
            health.check();
        }

        assertThat(health.isWell()).isFalse();
        assertThat(health.trouble()).startsWith("state " + state + ": it cannot be written: Not a directory; ");
        assertThat(logged(Level.ERROR)).containsOnlyOnce(unwritable());

        Files.delete(state);
        Files.move(elsewhere, state);
        for (int i = 0; i < 3; i++) {
            health.check();
        }
        assertThat(health.isWell()).isTrue();
        assertThat(logged(Level.INFO)).containsOnlyOnce("no longer: " + unwritable());
    }

    private String unwritable() {
        return "state " + state + ": it cannot be written: Not a directory; make it writable, with room: until then no"
                + " change of services is saved";
    }

    @Test
    void shouldSayThatTheFlowsFileWasTakenAwayAndThatItIsBack() throws IOException {
        Path data = state.resolve("flows.dat");
        Path elsewhere = temporary.resolve("elsewhere");
        Files.move(data, elsewhere);
        health.check();
        health.check();

        assertThat(health.isWell()).isFalse();
        assertThat(health.trouble()).startsWith("flow table " + data + ": it was deleted or replaced while in use; ");
        assertThat(logged(Level.ERROR)).hasSize(1);

        Files.move(elsewhere, data);
        health.check();
        assertThat(health.isWell()).isTrue();
        assertThat(logged(Level.INFO)).singleElement().asString().startsWith("no longer: flow table " + data);
    }

    @Test
    void shouldNameEachTroubleOfSeveral() throws IOException {
        try (FlowTable clients = Affinities.openTable(state, 2_000)) {
            StateHealth both = new StateHealth(state, flows, clients);
            Files.delete(state.resolve("flows.dat"));
            Files.delete(state.resolve("affinity.dat"));

            both.check();

            assertThat(both.trouble()).contains("flows.dat").contains(" | ").contains("affinity.dat");
        }
    }
}
