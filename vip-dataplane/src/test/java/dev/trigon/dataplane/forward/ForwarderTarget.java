package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.fuzz.Input;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The whole way of a packet, several packets an input, while services and next hops come and go: each frame has one verdict,
 * what leaves is as {@link LeavingFrame} has it, what stays is untouched, and no octet outside a frame is written.
 *
 * <p>An input is one octet of settings, then steps: frames, or a change between them. {@link FrameStep} reads a frame.
 */
public final class ForwarderTarget implements FuzzTarget {
    /** ENOBUFS, ENETDOWN, EMSGSIZE, EPERM, and one that no kernel has. */
    private static final int[] ERRNOS = {0, 0, 0, 105, 100, 90, 1, 4_711};

    private static final String OWN4 = "198.51.100.2";
    private static final String OWN6 = "2001:db8:c::2";

    /** As much of each frame's memory as any input here reaches. */
    private static final int WATCHED = 4_096;

    private static final int AROUND = 64;
    private static final int MOST_FRAMES = 64;
    private static final long LONGER_THAN_ANYTHING_LASTS_MS = 86_400_000;

    /** The upper three bits of a step's first octet; with others there it is a frame. */
    static final int TIME = 5;

    static final int HOP = 6;
    static final int TABLE = 7;

    private final ArmAddresses addresses = new ArmAddresses();
    private final Rig answering = new Rig(new AnswerPolicy(false, 20), addresses);
    private final Rig forwarding = new Rig(new AnswerPolicy(true, 1_000), addresses);
    private final List<ServiceTable> tables =
            List.of(ForwarderServices.all(answering), ForwarderServices.changed(answering), ServiceTable.EMPTY);
    private final Set<DropReason> dropped = EnumSet.noneOf(DropReason.class);
    private final Set<Verdict> verdicts = EnumSet.noneOf(Verdict.class);
    private boolean hasReset;

    private Rig rig = answering;
    private int errno;
    private int frames;

    public ForwarderTarget() {
        for (Rig one : List.of(answering, forwarding)) {
            for (int frame = 0; frame < one.batch.capacity(); frame++) {
                int slot = frame * one.batch.frameCapacity();
                Expect.fillWithJunk(one.batch.frames(), slot, WATCHED);
                Expect.fillWithJunk(one.batch.frames(), slot + one.batch.frameCapacity() - AROUND, AROUND);
            }
        }
    }

    @Override
    public List<byte[]> seeds() {
        return ForwarderSeeds.all();
    }

    @Override
    public void accept(byte[] octets) {
        Input input = new Input(octets);
        begin(input.octet());
        while (!input.isEmpty() && frames < MOST_FRAMES) {
            int step = input.octet();
            switch (step >>> 5) {
                case TIME -> rig.nowMs += 64L * (step & 0x1F);
                case HOP -> changeNextHop(input.octet());
                case TABLE -> {
                    rig.table = tables.get((step & 0x03) % tables.size());
                    errno = ERRNOS[step >>> 2 & 0x07];
                }
                default -> frame(FrameStep.read(input));
            }
        }
        flush();
        emptyWaitingRooms();
    }

    /** Everything as in a vipd that has just started, but for what a day has made forget. */
    private void begin(int settings) {
        rig = (settings & 1) == 0 ? answering : forwarding;
        boolean named = (settings & 2) != 0;
        addresses.set(named ? Specs.address(OWN4) : null, named ? Specs.address(OWN6) : null);
        rig.nowMs += LONGER_THAN_ANYTHING_LASTS_MS;
        rig.flows.writeBehind(rig.nowMs, Integer.MAX_VALUE);
        expire(rig.flowTable);
        expire(rig.clientTable);
        rig.table = tables.get(0);
        for (String server : ForwarderServices.SERVERS) {
            answering.resolve(server, Rig.MTU);
        }
        errno = 0;
        frames = 0;
        rig.batch.clear();
    }

    private void expire(FlowTable table) {
        if (table.size() > table.maxFlows() / 2) {
            for (int i = table.expirySteps(); i > 0; i--) {
                table.expireNext(rig.nowMs, id -> FlowTimeouts.DEFAULT);
            }
        }
    }

    private void changeNextHop(int how) {
        String server = ForwarderServices.SERVERS.get((how & 0x0F) % ForwarderServices.SERVERS.size());
        // the tables' slots are the first rig's
        switch (how >>> 4 & 0x07) {
            case 0 -> answering.unresolve(server);
            case 1 -> answering.reroute(server);
            case 2 -> answering.resolveOnIngress(server);
            case 3 -> answering.resolve(server, 600);
            case 4 -> answering.resolve(server, 1_280);
            default -> answering.resolve(server, Rig.MTU);
        }
    }

    private void frame(FrameStep step) {
        for (int i = step.copies(); i > 0 && frames < MOST_FRAMES; i--) {
            if (rig.batch.isFull()) {
                flush();
            }
            rig.receive(step.octets(), step.isCut());
            frames++;
        }
        if (!step.isTogether()) {
            flush();
        }
    }

    /** What a worker does with a batch: release, decide, send, settle. Here what was held comes in a batch of its own. */
    private void flush() {
        pass();
        do {
            rig.batch.clear();
            rig.forwarder.release(rig.batch, rig.nowMs);
            pass();
        } while (rig.batch.isFull());
        rig.batch.clear();
    }

    private void pass() {
        Batch batch = rig.batch;
        List<byte[]> before = new ArrayList<>();
        for (int frame = 0; frame < batch.count(); frame++) {
            before.add(rig.frame(frame));
        }
        Reading then = read();
        rig.pass(errno);
        Reading now = read();
        long sent = 0;
        long ownSent = 0;
        for (int frame = 0; frame < batch.count(); frame++) {
            byte[] was = before.get(frame);
            if (batch.egress(frame) == Batch.STAYS) {
                Expect.same(was, rig.frame(frame), "a frame that stays");
            } else if (LeavingFrame.isForwarded(rig.frame(frame))) {
                LeavingFrame.checkForwarded(was, rig.frame(frame), batch, frame);
                sent++;
            } else {
                LeavingFrame.checkOwn(was, rig.frame(frame), batch, frame);
                ownSent++;
            }
            checkAround(batch, frame, was.length);
        }
        if (errno == 0) {
            Expect.same(now.of(Verdict.FORWARDED) - then.of(Verdict.FORWARDED), sent, "frames that leave forwarded");
            long own = now.of(Verdict.ANSWERED) - then.of(Verdict.ANSWERED);
            long errors = now.of(Observed.ICMP_ERRORS_SENT) - then.of(Observed.ICMP_ERRORS_SENT);
            Expect.same(own + errors, ownSent, "frames that leave as answers or errors");
        }
        checkSums(now);
        Expect.same(0, now.of(DropReason.FAULT), "faults");
        note(now);
    }

    private Reading read() {
        rig.forwarder.observe();
        rig.counters.show();
        return rig.counters.read();
    }

    private static void checkSums(Reading reading) {
        long sum = 0;
        for (Verdict verdict : Verdict.values()) {
            sum += reading.of(verdict);
        }
        Expect.same(reading.received(), sum, "the sum of the verdicts");
        long reasons = 0;
        for (DropReason reason : DropReason.values()) {
            reasons += reading.of(reason);
        }
        Expect.same(reading.of(Verdict.DROPPED), reasons, "the sum of the reasons");
    }

    private void note(Reading reading) {
        for (Verdict verdict : Verdict.values()) {
            if (reading.of(verdict) > 0) {
                verdicts.add(verdict);
            }
        }
        hasReset |= reading.of(Observed.TCP_RESETS_SENT) > 0;
        for (DropReason reason : DropReason.values()) {
            if (reading.of(reason) > 0) {
                dropped.add(reason);
            }
        }
    }

    private void emptyWaitingRooms() {
        rig.nowMs += 2 * WaitingRoom.PATIENCE_MS;
        errno = 0;
        flush();
        Expect.that(!rig.forwarder.isAnyWaiting(), "somebody waits after all patience is over");
        Expect.same(0, read().of(Verdict.WAITING), "waiting");
    }

    /** An ICMP error or an advertisement may be longer than what it answers; nothing else may be written outside. */
    private static void checkAround(Batch batch, int frame, int wasLength) {
        int slot = frame * batch.frameCapacity();
        int end = Math.max(slot + wasLength, batch.at(frame) + batch.length(frame));
        Expect.junk(batch.frames(), end, slot + WATCHED, "behind a frame");
        if (frame > 0) {
            Expect.junk(batch.frames(), slot - AROUND, slot, "before a frame");
        }
        Expect.fillWithJunk(batch.frames(), slot, end - slot);
    }

    @Override
    public void close() throws IOException {
        answering.close();
        forwarding.close();
    }

    Set<DropReason> dropped() {
        return dropped;
    }

    boolean hasReset() {
        return hasReset;
    }

    @Override
    public void assertReach() {
        assertThat(verdicts).contains(Verdict.values());
        assertThat(hasReset).as("an RST was sent").isTrue();
        // so many fragments at once are not in one input
        assertThat(dropped)
                .containsExactlyInAnyOrderElementsOf(
                        EnumSet.complementOf(EnumSet.of(DropReason.FAULT, DropReason.FRAGMENT_QUEUE_FULL)));
    }
}
