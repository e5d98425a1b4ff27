package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.engine.Arms.Found;
import dev.trigon.dataplane.engine.Team.Shift;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.LinuxException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All workers: a team for each interface, a worker for each of its ports. An interface that is lost takes its team with it and
 * nobody else; when it is there and fit again, another team begins where that one ended: with the services in force, whose VIPs
 * it announces, and the flows that are in the table.
 *
 * <p>Interfaces are lost and come back under the crew's lock. Everybody else reads the {@link Roster}, which is replaced as a
 * whole: a worker is on it, or what it counted is among what the retired have counted, and never both or neither.
 *
 * <p>A worker has a number, by which backends count what it gave them. When its thread has ended, another may have it.
 */
final class Crew implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Crew.class);
    private static final long ADOPTION_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long ADOPTION_POLL_NS = 200_000L;
    /** So many more workers than at the start there can be, or as many again: interfaces may be given more queues. */
    private static final int SPARE_NUMBERS = 7;

    private final List<Team> teams = new ArrayList<>();
    private final Means means;
    private final BitSet taken = new BitSet();
    private final int numbers;
    private volatile Roster roster = new Roster(List.of(), Reading.zero());
    private boolean started;
    private boolean closed;

    private record Roster(List<CrewMember> members, Reading retired) {}

    /** What a crew is made of and made with. */
    interface Means {
        /** The interface as it is now. */
        Found find(String interfaceName) throws Refusal;

        OpenedArm open(Found found) throws PortException;

        /** A worker that closes its port when it ends. */
        Worker hire(Arm arm, PacketPort port, int workers);

        /** What the thread of the worker of this number does first. */
        void prepareThread(int number);

        /** An interface is about to have workers. */
        void joins(Arm arm);

        /** An interface has no workers any more. */
        void left(Arm arm);
    }

    private Crew(List<String> interfaces, Means means) throws Refusal {
        this.means = means;
        List<Found> found = new ArrayList<>();
        for (String name : interfaces) {
            found.add(means.find(name));
        }
        List<OpenedArm> opened = new ArrayList<>();
        try {
            for (Found one : found) {
                opened.add(means.open(one));
            }
        } catch (PortException e) {
            opened.forEach(Crew::closePorts);
            throw new Refusal("interface " + interfaces.get(opened.size()), e.why(), e.remedy());
        } catch (RuntimeException e) {
            opened.forEach(Crew::closePorts);
            throw e;
        }
        int workers = opened.stream().mapToInt(one -> one.ports().size()).sum();
        this.numbers = workers + Math.max(workers, SPARE_NUMBERS);
        for (int i = 0; i < found.size(); i++) {
            teams.add(new Team(shift(found.get(i), opened.get(i), workers)));
        }
    }

    /** Opens every interface; the workers are there, and wait to be started. */
    static Crew assemble(List<String> interfaces, Means means) throws Refusal {
        return new Crew(interfaces, means);
    }

    synchronized void start() {
        started = true;
        roster.members.forEach(CrewMember::start);
    }

    /** Workers for an interface that was opened, of whom there will then be so many. */
    private Shift shift(Found found, OpenedArm opened, int workers) {
        means.joins(found.arm());
        List<CrewMember> members = new ArrayList<>();
        for (PacketPort port : opened.ports()) {
            int number = taken.nextClearBit(0);
            taken.set(number);
            Arm arm = found.arm().of(number);
            String name = "worker-" + arm.interfaceName() + (opened.ports().size() == 1 ? "" : "." + members.size());
            members.add(
                    new CrewMember(number, means.hire(arm, port, workers), name, () -> means.prepareThread(number)));
        }
        roster = new Roster(
                Stream.concat(roster.members.stream(), members.stream()).toList(), roster.retired);
        if (started) {
            members.forEach(CrewMember::start);
        }
        return new Shift(found, opened, members);
    }

    /** Lets go of interfaces that are lost, and takes up those that are there again. */
    synchronized void check() {
        for (Team team : teams) {
            if (!closed) {
                check(team);
            }
        }
    }

    private void check(Team team) {
        Found now;
        try {
            now = means.find(team.interfaceName());
        } catch (Refusal e) {
            lose(team, e.why());
            return;
        } catch (LinuxException e) {
            // it came or went just now; the next look is soon
            LOG.debug("looking at interface {}", team.interfaceName(), e);
            return;
        }
        Shift shift = team.shift();
        String obstacle = shift == null ? null : shift.obstacle(now);
        if (obstacle != null) {
            lose(team, obstacle);
        }
        if (team.shift() == null) {
            resume(team, now);
        }
    }

    /** Says so once, and not when it changes why. */
    private void lose(Team team, String why) {
        Shift shift = team.shift();
        team.end(why);
        if (shift != null) {
            LOG.error("interface {} is lost: {}; no VIP packet comes in by it", team.interfaceName(), why);
            retire(shift);
            means.left(shift.found().arm());
        }
    }

    private void cannotResume(Team team, String why) {
        if (team.end(why)) {
            LOG.error("interface {} is there, and cannot be taken up: {}", team.interfaceName(), why);
        }
    }

    private void retire(Shift shift) {
        shift.members().forEach(CrewMember::dismiss);
        Reading counted = roster.retired;
        for (CrewMember member : shift.members()) {
            member.join();
            counted = counted.plus(member.worker().counters().read());
            taken.clear(member.number());
        }
        roster = new Roster(
                roster.members.stream()
                        .filter(member -> !shift.members().contains(member))
                        .toList(),
                counted);
    }

    private void resume(Team team, Found now) {
        OpenedArm opened;
        try {
            opened = means.open(now);
        } catch (PortException | LinuxException e) {
            cannotResume(team, String.valueOf(e.getMessage()));
            return;
        }
        int ports = opened.ports().size();
        int workers = taken.cardinality() + ports;
        if (workers > numbers) {
            closePorts(opened);
            cannotResume(
                    team,
                    "it has " + ports + " receive queues, and this vipd numbers no more workers than " + numbers
                            + " in all; restart it");
            return;
        }
        team.begin(shift(now, opened, workers));
        LOG.info("interface {} is there again: {}, workers: {}", team.interfaceName(), opened.engine(), ports);
    }

    private static void closePorts(OpenedArm opened) {
        opened.ports().forEach(PacketPort::close);
    }

    /** How many workers there can ever be; their numbers are less. */
    int numbers() {
        return numbers;
    }

    /** How many work now. */
    int size() {
        return roster.members.size();
    }

    /** The interfaces that have workers. */
    List<Arm> arms() {
        return shifts().map(shift -> shift.found().arm()).toList();
    }

    private Stream<Shift> shifts() {
        return teams.stream().map(Team::shift).filter(Objects::nonNull);
    }

    List<Thread> threads() {
        return roster.members.stream().map(CrewMember::thread).toList();
    }

    List<ArmStatus> status() {
        return teams.stream().map(Team::status).toList();
    }

    /** What all workers have counted, the retired ones too. */
    Reading counted() {
        Roster now = roster;
        return now.members.stream()
                .map(member -> member.worker().counters().read())
                .reduce(now.retired, Reading::plus);
    }

    /**
     * Wakes all workers, and waits until each has done something, or has ended; a worker that begins meanwhile counts too. Tells
     * the log if that takes too long.
     *
     * @param what they are to have noticed
     */
    void await(String what, Predicate<Worker> done) {
        roster.members.forEach(member -> member.worker().wake());
        long startNs = System.nanoTime();
        while (!roster.members.stream().allMatch(member -> member.hasEnded() || done.test(member.worker()))) {
            if (System.nanoTime() - startNs > ADOPTION_NS) {
                LOG.error("a worker has not taken notice of {} within 2 s", what);
                return;
            }
            LockSupport.parkNanos(ADOPTION_POLL_NS);
        }
    }

    /** Ends every worker, for good. What they counted can still be read. */
    @Override
    public synchronized void close() {
        closed = true;
        roster.members.forEach(CrewMember::dismiss);
        roster.members.forEach(CrewMember::join);
    }
}
