package dev.trigon.dataplane.health;

import dev.trigon.dataplane.health.BackendHealth.State;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One check and the backends it stands for. The monitor's thread's, but for {@link #view}. */
final class Check {
    /** What makes two checks the same: whoever has it in common is checked once. */
    record Key(
            InetAddress address,
            InetAddress vip,
            ForwardMode forward,
            int dscp,
            int port,
            HealthSpec spec,
            @Nullable String names) {
        static Key of(Target target) {
            Probed backend = target.backend();
            // a command is told the names, and may go by them
            boolean named = target.spec().probe() instanceof HealthProbe.Exec;
            return new Key(
                    backend.address(),
                    backend.vip(),
                    backend.forward(),
                    backend.dscp(),
                    target.port(),
                    target.spec(),
                    named ? backend.service() + "/" + backend.backend() : null);
        }
    }

    private final Key key;
    private final Opinion opinion;
    private final SecondLook secondLook;
    private List<Target> members;
    private Instant since;
    private @Nullable Instant lastAt;
    private long lastMs;
    private volatile BackendHealth view;

    /** When the next one is to begin, or the one that runs was to. */
    long plannedNs;

    Timers.@Nullable Timer next;
    Attempts.@Nullable Running running;

    Check(Key key, List<Target> members, Opinion opinion, SecondLook secondLook, Instant now) {
        this.key = key;
        this.members = members;
        this.opinion = opinion;
        this.secondLook = secondLook;
        this.since = now;
        this.view = look();
    }

    List<Target> members() {
        return members;
    }

    void members(List<Target> newMembers) {
        members = newMembers;
    }

    HealthSpec spec() {
        return key.spec();
    }

    Opinion opinion() {
        return opinion;
    }

    SecondLook secondLook() {
        return secondLook;
    }

    /** As of now: another thread may ask. */
    BackendHealth view() {
        return view;
    }

    Question question(CheckPath path) {
        return new Question(members.get(0).backend(), key.port(), key.spec(), path);
    }

    void heard(Outcome outcome, long nowNs, long tookMs, Instant now) {
        State before = opinion.state();
        opinion.heard(outcome, key.spec().rise(), key.spec().fall(), nowNs);
        if (opinion.state() != before) {
            since = now;
        }
        lastAt = now;
        lastMs = tookMs;
        view = look();
    }

    void explain(String better) {
        opinion.explain(better);
        view = look();
    }

    private BackendHealth look() {
        return new BackendHealth(opinion.state(), since, lastAt, lastMs, opinion.reason(), opinion.inARow());
    }

    /** Nothing of it happens any more. */
    void stop() {
        if (next != null) {
            next.cancel();
        }
        if (running != null) {
            running.cancel();
        }
        secondLook.cancel();
    }
}
