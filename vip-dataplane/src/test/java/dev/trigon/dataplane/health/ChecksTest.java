package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.health.BackendHealth.State;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which checks are made when, and who is told: with made-up outcomes and a clock that is moved by hand. */
class ChecksTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final HealthSpec TCP = HealthSpec.of(new HealthProbe.Tcp());

    private final Timers timers = new Timers();
    private final List<String> told = new ArrayList<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Long> askedAtNs = new ArrayList<>();
    private int cancelled;
    private boolean answering = true;
    private long nowNs = 5;

    private final CheckPath vip = new DirectPath();
    private final CheckPath direct = new DirectPath();
    private final Checks checks = new Checks(
            vip,
            direct,
            (id, up, reason, at) -> told.add(id + (up ? " up: " : " down: ") + reason),
            new Checks.Surroundings(
                    this::start,
                    timers,
                    () -> nowNs,
                    () -> Instant.ofEpochSecond(1_000, nowNs),
                    new SplittableRandom(1)));

    private Attempts.Running start(Question question, Consumer<Outcome> done) {
        String who = (question.path() == direct ? "direct " : "")
                + question.backend().address().getHostAddress();
        asked.add(who);
        askedAtNs.add(nowNs);
        if (answering) {
            done.accept(outcomes.getOrDefault(who, wellUnlessDirect(who)));
        }
        return () -> cancelled++;
    }

    private static Outcome wellUnlessDirect(String who) {
        return who.startsWith("direct") ? Outcome.down("no answer") : Outcome.up("well");
    }

    @Test
    void shouldTellOfTheFirstResultAndOfChangesAlone() {
        checks.watch(List.of(target(1, "10.0.0.1", TCP, false)));
        assertThat(checks.health(1).state()).isEqualTo(State.UNKNOWN);
        run(10);
        assertThat(told).containsExactly("1 up: well");
        assertThat(checks.health(1).state()).isEqualTo(State.UP);
        assertThat(checks.health(1).since()).isEqualTo(Instant.ofEpochSecond(1_000, 5));

        outcomes.put("10.0.0.1", Outcome.down("refused"));
        run(10);
        assertThat(told).containsExactly("1 up: well", "1 down: refused");
        assertThat(checks.health(1)).extracting(BackendHealth::reason).isEqualTo("refused");
        assertThat(checks.health(2)).isNull();
    }

    @Test
    void shouldLeaveABelievedOneUpUntilItHasFailedOften() {
        outcomes.put("10.0.0.1", Outcome.down("refused"));
        checks.watch(List.of(target(1, "10.0.0.1", TCP, true), target(2, "10.0.0.2", TCP, true)));
        run(3);
        assertThat(told).isEmpty();
        assertThat(checks.health(1).state()).isEqualTo(State.UP);
        run(5);
        assertThat(told).containsExactly("1 down: refused");
    }

    @Test
    void shouldCheckAtTheIntervalGiveOrTakeATenth() {
        checks.watch(List.of(target(1, "10.0.0.1", TCP, false)));
        run(2_000);
        assertThat(asked.size()).isBetween(980, 1_020);
        for (int i = 1; i < askedAtNs.size(); i++) {
            assertThat(askedAtNs.get(i) - askedAtNs.get(i - 1)).isBetween(1_799_000_000L, 2_201_000_000L);
        }
    }

    @Test
    void shouldBeginApart() {
        List<Target> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(target(i, "10.1." + i / 250 + "." + i % 250, TCP, false));
        }
        checks.watch(many);
        long beganNs = nowNs;
        run(10);
        for (long tenth = 0; tenth < 100; tenth++) {
            long fromNs = beganNs + tenth * SECOND_NS / 10;
            assertThat(askedAtNs.stream().filter(at -> at >= fromNs && at < fromNs + SECOND_NS / 10))
                    .hasSizeLessThan(750);
        }
    }

    @Test
    void shouldMakeOneCheckForWhatIsTheSame() {
        HealthSpec exec = HealthSpec.of(new HealthProbe.Exec(List.of("/bin/true")));
        checks.watch(List.of(
                target(1, "10.0.0.1", TCP, false),
                target(2, "10.0.0.1", TCP, false),
                target(3, "10.0.0.2", TCP, false),
                new Target(backend(4, "10.0.0.1"), 81, TCP, false),
                target(5, "10.0.0.1", exec, false),
                target(6, "10.0.0.1", exec, false)));
        assertThat(checks.size()).isEqualTo(5);
        run(1);
        assertThat(asked).hasSize(5);
        assertThat(told).hasSize(6);
    }

    @Test
    void shouldGoOnWithWhatIsAsItWas() {
        Target kept = target(1, "10.0.0.1", TCP, false);
        checks.watch(List.of(kept, target(2, "10.0.0.2", TCP, false)));
        run(1);
        long plannedFor = asked.size();
        checks.watch(List.of(kept, target(3, "10.0.0.1", TCP, false)));
        assertThat(asked).hasSize((int) plannedFor);
        assertThat(told).containsExactly("1 up: well", "2 up: well", "3 up: well");
        assertThat(checks.health(2)).isNull();
        assertThat(checks.health(3)).isSameAs(checks.health(1));
        run(10);
        assertThat(asked.subList(2, asked.size())).containsOnly("10.0.0.1");
    }

    @Test
    void shouldKeepTheStateOfWhatHasOtherSettings() {
        checks.watch(List.of(target(1, "10.0.0.1", TCP, false)));
        run(1);
        outcomes.put("10.0.0.1", Outcome.down("refused"));
        checks.watch(List.of(target(1, "10.0.0.1", HealthSpec.of(new HealthProbe.Icmp()), false)));
        run(3);
        assertThat(checks.health(1).state()).isEqualTo(State.UP);
        run(10);
        assertThat(told).containsExactly("1 up: well", "1 down: refused");
        checks.watch(List.of(target(1, "10.0.0.1", TCP, true)));
        assertThat(checks.health(1).state()).isEqualTo(State.DOWN);
    }

    @Test
    void shouldEndWhatRunsForOneThatIsWatchedNoMore() {
        answering = false;
        checks.watch(List.of(target(1, "10.0.0.1", TCP, false)));
        run(1);
        checks.watch(List.of());
        assertThat(cancelled).isEqualTo(1);
        run(10);
        assertThat(asked).hasSize(1);
    }

    @Test
    void shouldLookASecondTimeWhereTheVipFails() {
        outcomes.put("10.0.0.1", Outcome.down("no answer within 1 s"));
        outcomes.put("10.0.0.2", Outcome.down("no answer within 1 s"));
        outcomes.put("direct 10.0.0.1", Outcome.up("well"));
        outcomes.put("direct 10.0.0.3", Outcome.up("well"));
        outcomes.put("10.0.0.3", Outcome.down("connection refused"));
        checks.watch(List.of(
                target(1, "10.0.0.1", TCP, true), target(2, "10.0.0.2", TCP, true), target(3, "10.0.0.3", TCP, true)));
        run(10);
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "1 down: no answer within 1 s as VIP 203.0.113.10, but 10.0.0.1 answers: is the VIP on its"
                                + " loopback? arp_ignore, rp_filter?",
                        "2 down: no answer within 1 s",
                        "3 down: connection refused as VIP 203.0.113.10, but 10.0.0.3 answers: does it listen on the"
                                + " VIP?");
        assertThat(asked.stream().filter("direct 10.0.0.1"::equals)).hasSize(1);
        run(30);
        assertThat(asked.stream().filter("direct 10.0.0.1"::equals)).hasSize(2);

        outcomes.clear();
        run(10);
        assertThat(checks.health(1).reason()).isEqualTo("well");
    }

    @Test
    void shouldNotLookASecondTimeWithoutAnotherWay() {
        outcomes.put("10.0.0.1", Outcome.down("exit code 1"));
        outcomes.put("direct 10.0.0.2", Outcome.down("refused"));
        HealthSpec exec = HealthSpec.of(new HealthProbe.Exec(List.of("/bin/false")));
        HealthSpec directly = new HealthSpec(
                TCP.probe(), HealthSpec.Via.DIRECT, 0, TCP.interval(), TCP.timeout(), TCP.rise(), TCP.fall());
        checks.watch(List.of(target(1, "10.0.0.1", exec, true), target(2, "10.0.0.2", directly, true)));
        run(20);
        assertThat(asked).containsOnly("10.0.0.1", "direct 10.0.0.2");
        assertThat(told).hasSize(2);
    }

    private static Target target(int id, String address, HealthSpec spec, boolean believedUp) {
        return new Target(backend(id, address), 80, spec, believedUp);
    }

    private static Probed backend(int id, String address) {
        return new Probed(
                id, "web", "b" + id, Specs.address(address), Specs.address("203.0.113.10"), ForwardMode.L2DSR, 0);
    }

    private void run(long seconds) {
        long endNs = nowNs + Duration.ofSeconds(seconds).toNanos();
        while (timers.waitMs(nowNs) >= 0 && timers.waitMs(nowNs) * 1_000_000 + nowNs <= endNs) {
            for (Runnable task = timers.due(nowNs); task != null; task = timers.due(nowNs)) {
                task.run();
            }
            nowNs += Math.max(timers.waitMs(nowNs), 0) * 1_000_000;
        }
        nowNs = endNs;
        for (Runnable task = timers.due(nowNs); task != null; task = timers.due(nowNs)) {
            task.run();
        }
    }
}
