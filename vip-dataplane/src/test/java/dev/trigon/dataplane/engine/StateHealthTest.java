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
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    private long nowMs;

    /** A disk that takes nothing until it is let: the thread that writes stays where it is. */
    private StateHealth onADiskThatHangs(Semaphore disk) {
        return new StateHealth(state, List.of(flows), file -> disk.acquireUninterruptibly(), () -> nowMs);
    }

    private String hanging() {
        return "state " + state
                + ": its disk hangs: a probe took longer than 5 s; see to the disk: until then a change of"
                + " services waits for it";
    }

    @Test
    @Timeout(20)
    void shouldSayThatADiskHangsAndWaitForItNoLongerThanAMoment() {
        Semaphore disk = new Semaphore(0);
        StateHealth onIt = onADiskThatHangs(disk);

        onIt.check();
        assertThat(onIt.isWell()).as("it is only slow so far").isTrue();
        nowMs += StateHealth.LONGEST_LOOK_MS;
        onIt.check();
        onIt.check();
        assertThat(onIt.trouble()).isEqualTo(hanging());
        assertThat(disk.getQueueLength()).as("one thread hangs, and no more").isOne();
        assertThat(logged(Level.ERROR)).containsExactly(hanging());

        disk.release(2);
        onIt.check();
        assertThat(onIt.trouble())
                .as("a look that took so long is a fault though it ended")
                .isEqualTo(hanging());
        onIt.check();
        assertThat(onIt.isWell()).isTrue();
        assertThat(logged(Level.INFO)).containsExactly("no longer: " + hanging());
    }

    @Test
    @Timeout(20)
    void shouldKeepWhatWasWrongWhileADiskHangs() throws IOException {
        Semaphore disk = new Semaphore(1);
        StateHealth onIt = onADiskThatHangs(disk);
        Files.delete(state.resolve("flows.dat"));
        onIt.check();
        String lost = onIt.trouble();

        onIt.check();
        nowMs += StateHealth.LONGEST_LOOK_MS;
        onIt.check();

        assertThat(onIt.trouble()).isEqualTo(lost + " | " + hanging());
        assertThat(logged(Level.INFO)).isEmpty();
        disk.release();
    }

    @Test
    void shouldSayWhatItCouldNotFinishFor() {
        StateHealth onIt = new StateHealth(
                state,
                List.of(flows),
                file -> {
                    throw new IllegalStateException("odd");
                },
                () -> nowMs);

        onIt.check();

        assertThat(onIt.trouble()).startsWith("state").contains("odd");
    }
}
