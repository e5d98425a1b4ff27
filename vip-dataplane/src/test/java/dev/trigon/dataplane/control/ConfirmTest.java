package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.api.HistoryEntryView;
import dev.trigon.dataplane.api.PendingView;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that goes back by itself. */
class ConfirmTest {
    private static final Terms WITHIN_A_MINUTE =
            Terms.of("apply services.yaml --confirm-within 1m").confirmedWithin(Duration.ofMinutes(1));
    private static final Terms CONFIRM = Terms.of("confirm");

    @TempDir
    Path directory;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final AtomicLong nowNs = new AtomicLong();
    private final AtomicLong wallMs = new AtomicLong(1_780_000_000_000L);
    private ServiceRegistry registry;
    private List<ServiceSpec> old;

    @BeforeEach
    void begin() throws Refusal {
        registry = open();
        registry.change(web("b1"));
        old = registry.services();
        registry.change(web("b2"), WITHIN_A_MINUTE);
    }

    private ServiceRegistry open() throws Refusal {
        ServiceRegistry opened =
                ServiceRegistry.open(new ServicesStore(directory), dataPath, new Clocks(nowNs::get, wallMs::get));
        opened.resume();
        return opened;
    }

    private static ServiceRegistry.Edit web(String backend) {
        String file = "services: [{name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: [{name: " + backend
                + ", address: 10.2.0.1" + backend.substring(1) + "}]}]";
        return present -> ServiceReader.services(file.getBytes(StandardCharsets.UTF_8), Source.file("services.yaml"));
    }

    private void pass(long seconds) {
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        wallMs.addAndGet(TimeUnit.SECONDS.toMillis(seconds));
    }

    private void shouldHaveGoneBack() {
        assertThat(registry.services()).isEqualTo(old);
        assertThat(dataPath.inForce()).isEqualTo(old);
        assertThat(registry.pending()).isNull();
        assertThat(registry.state().revision().number()).isEqualTo(3);
        assertThat(registry.history().entries(1))
                .containsExactly(new HistoryEntryView(
                        3,
                        registry.history().entries(1).get(0).time(),
                        "not confirmed within 1m: rolled back",
                        "web: backend b1 added; web: backend b2 removed"));
    }

    @Test
    void shouldBeInForceAtOnceAndGoBackWhenItsTimeIsOver() {
        assertThat(dataPath.inForce().get(0).backends().get(0).name()).isEqualTo("b2");
        pass(59);
        assertThat(registry.goBackIfDue()).isFalse();
        assertThat(registry.pending()).isEqualTo(new PendingView(1, 1));

        pass(1);

        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
        assertThat(registry.goBackIfDue()).isFalse();
    }

    @Test
    void shouldStayOnceItIsConfirmed() throws Refusal {
        pass(30);
        assertThat(registry.confirm(CONFIRM)).isEqualTo(2);
        pass(1_000);

        assertThat(registry.goBackIfDue()).isFalse();
        assertThat(open().services()).isEqualTo(registry.services()).isNotEqualTo(old);
        assertThatThrownBy(() -> registry.confirm(CONFIRM))
                .hasMessage("confirm: nothing waits to be confirmed; see `vipctl history` for what was changed");
    }

    @Test
    void shouldNotBeConfirmedTooLate() {
        pass(60);
        assertThatThrownBy(() -> registry.confirm(CONFIRM))
                .hasMessage("confirm: revision 2 was to be confirmed within 1m and goes back; apply it again");
        shouldHaveGoneBack();
    }

    @Test
    void shouldRefuseOtherChangesWhileItWaits() throws Refusal {
        String message =
                "the change: revision 2 waits to be confirmed within 1m; keep it with `vipctl confirm`, or take"
                        + " it back with `vipctl rollback`, first";
        assertThatThrownBy(() -> registry.change(web("b3"))).hasMessage(message);
        assertThatThrownBy(() -> registry.change(web("b3"), WITHIN_A_MINUTE)).hasMessage(message);
        assertThatThrownBy(() -> registry.plan(web("b3"), Terms.of("plan"))).hasMessage(message);
        assertThat(registry.change(web("b2")).revision()).as("what is there").isEqualTo(2);
        assertThat(registry.pending()).isEqualTo(new PendingView(60, 1));
    }

    @Test
    void shouldGoBackWhenAsked() throws Refusal {
        registry.goBack(null, Terms.of("rollback"));

        assertThat(registry.services()).isEqualTo(old);
        assertThat(registry.pending()).isNull();
        registry.change(web("b3"));
    }

    @Test
    void shouldWaitOnAfterARestartThatComesBefore() throws Refusal {
        pass(20);
        registry = open();

        assertThat(registry.services()).isNotEqualTo(old);
        assertThat(registry.pending()).isEqualTo(new PendingView(40, 1));
        pass(40);
        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
    }

    @Test
    void shouldGoBackAtARestartThatComesAfter() throws Refusal {
        pass(61);
        dataPath.published.clear();
        registry = open();

        shouldHaveGoneBack();
        assertThat(dataPath.published)
                .as("what was not confirmed is not in force again")
                .containsExactly(old);
    }

    /** Neither clock makes it wait for longer than was said. */
    @Test
    void shouldNotWaitForAClockThatIsSetBack() throws Refusal {
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(60));
        wallMs.addAndGet(-TimeUnit.HOURS.toMillis(5));
        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
    }

    @Test
    void shouldWaitOneTimeMoreAtMostWhereTheClockIsSetBackOverARestart() throws Refusal {
        wallMs.addAndGet(-TimeUnit.HOURS.toMillis(5));
        registry = open();
        assertThat(registry.goBackIfDue()).isFalse();
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(60));
        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
    }

    @Test
    void shouldGoBackOnceItCanBeSavedAgain() throws Exception {
        Path inTheWay = Files.createDirectories(directory.resolve("services.json.new/full"));
        pass(60);
        assertThat(registry.goBackIfDue()).isFalse();
        assertThat(registry.services()).isNotEqualTo(old);

        Files.delete(inTheWay);

        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
    }

    @Test
    void shouldGoBackEvenWhereTheDataPathWouldRefuseItNow() {
        pass(60);
        dataPath.nextCheck = new Refusal("backend 'b1'", "no route", "add one");
        assertThat(registry.goBackIfDue()).isTrue();
        shouldHaveGoneBack();
    }

    @Test
    void shouldNotWaitForWhatChangesNothing() throws Refusal {
        registry.confirm(CONFIRM);
        registry.change(web("b2"), WITHIN_A_MINUTE);
        assertThat(registry.pending()).isNull();
    }
}
