package dev.trigon.dataplane.port.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.MemoryPort;
import dev.trigon.dataplane.port.MemoryPort.Sent;
import dev.trigon.dataplane.wire.Octets;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Frames are numbered in their first octets, so that it can be told what became of each. */
class FaultyPortTest {
    private static final int BATCH = 64;
    private static final int FRAMES = 20_000;
    private static final int IFINDEX = 7;
    private static final int ENETDOWN = 100;

    private final MemoryPort wire = new MemoryPort();
    private final Batch batch = new Batch(BATCH, Batch.LARGEST_FRAME);
    private long nowNs = 1_000_000_000;

    private FaultyPort port(Faults faults) {
        return new FaultyPort(wire, faults, BATCH, () -> nowNs);
    }

    private static Faults faults(double loss, double duplicate, double reorder, double corrupt, Faults.Side side) {
        return new Faults(1, loss, duplicate, reorder, corrupt, Duration.ZERO, side);
    }

    private static Faults delay(int ms, Faults.Side side) {
        return new Faults(1, 0, 0, 0, 0, Duration.ofMillis(ms), side);
    }

    private static byte[] numbered(int number, int octets) {
        byte[] frame = new byte[octets];
        Arrays.fill(frame, Octets.JUNK);
        ByteBuffer.wrap(frame).putInt(number);
        return frame;
    }

    private static int number(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt();
    }

    private void arrive(int from, int to) {
        for (int i = from; i < to; i++) {
            wire.arrive(numbered(i, 60 + i % 1_400));
        }
    }

    /** All that comes now. */
    private List<byte[]> receive(FaultyPort port) {
        List<byte[]> received = new ArrayList<>();
        do {
            batch.clear();
            port.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                received.add(Octets.read(batch.frames(), batch.at(i), batch.length(i)));
            }
        } while (batch.count() > 0);
        return received;
    }

    private List<Integer> receiveNumbers(FaultyPort port) {
        return receive(port).stream().map(FaultyPortTest::number).toList();
    }

    private List<byte[]> receiveAll(FaultyPort port) {
        arrive(0, FRAMES);
        List<byte[]> received = receive(port);
        nowNs += FaultyLine.LONGEST_ASIDE_NS;
        received.addAll(receive(port));
        assertBalanced(port.tallyIn());
        assertThat(port.tallyIn().offered()).isEqualTo(FRAMES);
        assertThat(port.tallyIn().delivered()).isEqualTo(received.size());
        assertThat(port.tallyIn().held()).isZero();
        return received;
    }

    private static void assertBalanced(Tally tally) {
        assertThat(tally.offered() + tally.duplicated())
                .as(tally.toString())
                .isEqualTo(tally.lost() + tally.overrun() + tally.delivered() + tally.held());
    }

    private static void assertAbout(long count, double chance) {
        double expected = FRAMES * chance;
        assertThat((double) count).isBetween(expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
    }

    private int queue(byte[] frame) {
        int number = batch.add(frame.length, false);
        batch.frames().put(batch.at(number), frame);
        batch.send(number, IFINDEX);
        return number;
    }

    @Test
    void shouldChangeNothingWithoutFaults() {
        FaultyPort port = port(faults(0, 0, 0, 0, Faults.Side.BOTH));

        List<byte[]> received = receiveAll(port);

        for (int i = 0; i < FRAMES; i++) {
            assertThat(received.get(i)).isEqualTo(numbered(i, 60 + i % 1_400));
        }
    }

    @Test
    void shouldLoseSomeAndKeepTheOthersInOrder() {
        FaultyPort port = port(faults(0.01, 0, 0, 0, Faults.Side.IN));

        List<byte[]> received = receiveAll(port);

        assertThat(received).hasSize(FRAMES - (int) port.tallyIn().lost());
        assertAbout(port.tallyIn().lost(), 0.01);
        assertThat(received.stream().map(FaultyPortTest::number)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldDuplicateSomeWhole() {
        FaultyPort port = port(faults(0, 0.01, 0, 0, Faults.Side.IN));

        List<byte[]> received = receiveAll(port);

        assertThat(received).hasSize(FRAMES + (int) port.tallyIn().duplicated());
        assertAbout(port.tallyIn().duplicated(), 0.01);
        Map<Integer, byte[]> first = new HashMap<>();
        int twice = 0;
        for (byte[] frame : received) {
            byte[] before = first.put(number(frame), frame);
            if (before != null) {
                assertThat(frame).isEqualTo(before);
                twice++;
            }
        }
        assertThat(twice).isEqualTo((int) port.tallyIn().duplicated());
    }

    @Test
    void shouldReorderSomeByThreePlacesAtMost() {
        FaultyPort port = port(faults(0, 0, 0.01, 0, Faults.Side.IN));

        List<byte[]> received = receiveAll(port);

        assertAbout(port.tallyIn().reordered(), 0.01);
        assertThat(new HashSet<>(received.stream().map(FaultyPortTest::number).toList()))
                .hasSize(FRAMES);
        int late = 0;
        int highest = -1;
        for (int place = 0; place < FRAMES; place++) {
            int number = number(received.get(place));
            assertThat(Math.abs(number - place)).isLessThanOrEqualTo(8);
            late += number < highest ? 1 : 0;
            highest = Math.max(highest, number);
        }
        // the very last may have had nobody behind it
        assertThat(late).isBetween((int) port.tallyIn().reordered() - 1, (int)
                port.tallyIn().reordered());
    }

    @Test
    void shouldFlipOneBitOfSome() {
        FaultyPort port = port(faults(0, 0, 0, 0.01, Faults.Side.IN));

        List<byte[]> received = receiveAll(port);

        assertAbout(port.tallyIn().corrupted(), 0.01);
        int corrupted = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] expected = numbered(i, 60 + i % 1_400);
            byte[] found = received.get(i);
            int bits = 0;
            for (int octet = 0; octet < expected.length; octet++) {
                bits += Integer.bitCount((expected[octet] ^ found[octet]) & 0xFF);
            }
            assertThat(bits).isBetween(0, 1);
            corrupted += bits;
        }
        assertThat(corrupted).isEqualTo((int) port.tallyIn().corrupted());
    }

    @Test
    void shouldDoAllOfItAndStillKeepCount() {
        FaultyPort port = port(new Faults(3, 0.1, 0.1, 0.3, 0.1, Duration.ofMillis(2), Faults.Side.IN));
        arrive(0, FRAMES);

        long received = 0;
        while (wire.hasArriving() || port.tallyIn().held() > 0) {
            received += receive(port).size();
            assertBalanced(port.tallyIn());
            nowNs += 1_000_000;
        }

        Tally tally = port.tallyIn();
        assertThat(tally.offered()).isEqualTo(FRAMES);
        assertThat(received).isEqualTo(tally.delivered()).isEqualTo(FRAMES + tally.duplicated() - tally.lost());
        assertThat(tally.overrun()).isZero();
    }

    @Test
    void shouldChooseAgainAsBeforeWithTheSameSeed() {
        Faults faults = faults(0.05, 0.05, 0.05, 0.05, Faults.Side.IN);
        List<byte[]> first = receiveAll(port(faults));

        List<byte[]> again = receiveAll(port(faults));
        List<byte[]> other = receiveAll(port(new Faults(2, 0.05, 0.05, 0.05, 0.05, Duration.ZERO, Faults.Side.IN)));

        assertThat(again.stream().map(Octets::hex).toList())
                .isEqualTo(first.stream().map(Octets::hex).toList());
        assertThat(other.stream().map(Octets::hex).toList())
                .isNotEqualTo(first.stream().map(Octets::hex).toList());
    }

    @Test
    void shouldHoldEveryFrameForTheDelay() {
        FaultyPort port = port(delay(5, Faults.Side.IN));
        arrive(0, 3);
        assertThat(receiveNumbers(port)).isEmpty();
        nowNs += 3_000_000;
        arrive(3, 5);
        assertThat(receiveNumbers(port)).isEmpty();

        nowNs += 1_999_999;
        assertThat(receiveNumbers(port)).isEmpty();
        nowNs += 1;
        assertThat(receiveNumbers(port)).containsExactly(0, 1, 2);
        nowNs += 3_000_000;
        assertThat(receiveNumbers(port)).containsExactly(3, 4);
    }

    @Test
    void shouldNotKeepAReorderedFrameThatNobodyComesBehind() {
        FaultyPort port = port(faults(0, 0, 1, 0, Faults.Side.IN));
        arrive(0, 1);

        assertThat(receiveNumbers(port)).isEmpty();
        assertThat(port.tallyIn().held()).isOne();
        nowNs += FaultyLine.LONGEST_ASIDE_NS;
        assertThat(receiveNumbers(port)).containsExactly(0);
    }

    @Test
    void shouldWakeWhenAHeldFrameIsDue() {
        FaultyPort port = new FaultyPort(wire, delay(50, Faults.Side.IN), BATCH, System::nanoTime);
        arrive(0, 1);
        long beganNs = System.nanoTime();
        assertThat(receiveNumbers(port)).isEmpty();

        List<Integer> received = List.of();
        while (received.isEmpty() && System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(20)) {
            port.await(30_000);
            received = receiveNumbers(port);
        }

        assertThat(received).containsExactly(0);
        assertThat(System.nanoTime() - beganNs)
                .isBetween(TimeUnit.MILLISECONDS.toNanos(50), TimeUnit.SECONDS.toNanos(15));
    }

    @Test
    void shouldReceiveNoMoreThanFitsAndLoseNothing() {
        FaultyPort port = port(faults(0, 0.5, 0.5, 0, Faults.Side.IN));
        Batch small = new Batch(2, 100);
        arrive(0, 100);
        int received = 0;
        for (int i = 0; i < 200; i++) {
            small.clear();
            port.receive(small);
            received += small.count();
            nowNs += FaultyLine.LONGEST_ASIDE_NS;
        }

        assertThat(received).isEqualTo(100 + (int) port.tallyIn().duplicated());
    }

    /** More than the line's memory: what it cannot hold stays where it came from. */
    @Test
    void shouldTakeUpNoMoreThanItCanHold() {
        FaultyPort port = port(delay(5, Faults.Side.IN));
        int frames = 300;
        for (int i = 0; i < frames; i++) {
            wire.arrive(numbered(i, Batch.LARGEST_FRAME));
        }
        List<Integer> received = new ArrayList<>();
        while (received.size() < frames) {
            received.addAll(receiveNumbers(port));
            assertThat(port.tallyIn().held()).isLessThan(130);
            nowNs += 1_000_000;
        }

        assertThat(received).isSorted().hasSize(frames);
        assertThat(port.tallyIn().overrun()).isZero();
    }

    @Test
    void shouldSayThatACutFrameIsCut() {
        FaultyPort port = port(faults(0, 0, 0, 0, Faults.Side.IN));
        Batch small = new Batch(4, 100);
        wire.arrive(numbered(1, 100));
        wire.arrive(numbered(2, 101));

        port.receive(small);

        assertThat(small.isCut(0)).isFalse();
        assertThat(small.isCut(1)).isTrue();
        assertThat(small.length(1)).isEqualTo(100);
    }

    @Test
    void shouldSendSuperPacketsAsTheyAreToBeSegmented() {
        FaultyPort port = port(faults(0, 1, 0, 0, Faults.Side.OUT));
        byte[] large = numbered(1, Batch.LARGEST_FRAME);
        batch.clear();
        queue(large);
        batch.sendSegmented(0, IFINDEX, 1_448);
        int stays = queue(numbered(2, 60));
        batch.send(stays, Batch.STAYS);

        port.transmit(batch);

        List<Sent> sent = wire.takeSent();
        assertThat(sent).hasSize(2).allSatisfy(one -> {
            assertThat(one.frame()).isEqualTo(large);
            assertThat(one.segment()).isEqualTo(1_448);
            assertThat(one.egress()).isEqualTo(IFINDEX);
        });
    }

    @Test
    void shouldSendWithFaultsAndKeepCount() {
        FaultyPort port = port(new Faults(1, 0.02, 0.02, 0.02, 0.02, Duration.ofMillis(1), Faults.Side.OUT));
        int sent = 0;
        for (int i = 0; i < FRAMES; i += BATCH) {
            batch.clear();
            for (int j = i; j < Math.min(FRAMES, i + BATCH); j++) {
                queue(numbered(j, 60 + j % 1_400));
            }
            port.transmit(batch);
            sent += wire.takeSent().size();
            nowNs += 100_000;
        }
        while (port.tallyOut().held() > 0) {
            nowNs += 1_000_000;
            batch.clear();
            port.receive(batch);
            sent += wire.takeSent().size();
        }

        assertBalanced(port.tallyOut());
        assertThat(port.tallyOut().offered()).isEqualTo(FRAMES);
        assertThat(sent).isEqualTo((int) port.tallyOut().delivered());
        assertAbout(port.tallyOut().lost(), 0.02);
        assertThat(port.tallyIn()).isEqualTo(Tally.NONE);
    }

    @Test
    void shouldLeaveTheSendersFrameAsItWas() {
        FaultyPort port = port(faults(0, 0, 0, 1, Faults.Side.OUT));
        batch.clear();
        queue(numbered(1, 60));

        port.transmit(batch);

        assertThat(Octets.read(batch.frames(), batch.at(0), 60)).isEqualTo(numbered(1, 60));
        assertThat(wire.takeSent().get(0).frame()).isNotEqualTo(numbered(1, 60));
    }

    @Test
    void shouldNoteWhatTheKernelRefusedOfWhatWasGivenToIt() {
        FaultyPort port = port(faults(0.5, 0.5, 0, 0, Faults.Side.OUT));
        wire.refuse(ENETDOWN);
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            queue(numbered(i, 60));
        }

        port.transmit(batch);

        long refused = 0;
        for (int i = 0; i < BATCH; i++) {
            refused += batch.errno(i) == ENETDOWN ? 1 : 0;
        }
        assertThat(refused).isEqualTo(BATCH - port.tallyOut().lost());
    }

    @Test
    void shouldNotHoldAnEarlierBatchsErrnoAgainstALaterOne() {
        FaultyPort port = port(delay(5, Faults.Side.OUT));
        batch.clear();
        queue(numbered(0, 60));
        port.transmit(batch);
        assertThat(batch.errno(0)).isZero();

        wire.refuse(ENETDOWN);
        nowNs += 5_000_000;
        batch.clear();
        queue(numbered(1, 60));
        port.transmit(batch);

        assertThat(batch.errno(0)).isZero();
        assertThat(port.tallyOut().held()).isOne();
    }

    @Test
    void shouldCloseWhatItIsAround() {
        port(faults(0, 0, 0, 0, Faults.Side.BOTH)).close();

        assertThat(wire.isClosed()).isTrue();
    }
}
