package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.control.DataPath.ArmStatus;
import dev.trigon.dataplane.engine.Arms.Found;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.forward.Memory;
import dev.trigon.dataplane.forward.Verdict;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.MemoryPort;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.linux.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real workers on ports in memory; the interfaces are as a test says. */
@Timeout(60)
class CrewTest implements Crew.Means {
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final int TOO_SHORT = 10;

    private final FlowTable flows = FlowTable.inMemory(1_024);
    private final FlowTable clients = FlowTable.inMemory(64);
    private final AtomicLong clockMs = new AtomicLong(1_800_000_000_000L);
    /** The interfaces that are there and fit. */
    private final Map<String, Found> kernel = new HashMap<>();

    private final List<MemoryPort> ports = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private String engine = OpenedArm.PCAP;
    private boolean portsFail;
    private boolean doNotOpen;
    private volatile ServiceTable inForce = ServiceTable.EMPTY;
    private Crew crew;

    @AfterEach
    void close() throws Exception {
        if (crew != null) {
            crew.close();
            assertThat(ports).allMatch(MemoryPort::isClosed);
        }
        flows.close();
        clients.close();
    }

    private void there(String name, int ifIndex, long mac, int mtu, int queues) {
        kernel.put(name, new Found(new Arm(0, name, ifIndex, mac, mtu, mtu + 64, new ArmAddresses()), queues, queues));
    }

    private void start(String... interfaces) throws Refusal {
        crew = Crew.assemble(List.of(interfaces), this);
        crew.start();
    }

    private void startOnEth0() throws Refusal {
        there("eth0", 2, MAC, 1500, 1);
        start("eth0");
    }

    private void publish() {
        List<ServiceSpec> specs =
                List.of(Specs.service("web").backend(1, "10.2.0.11", 1).spec());
        ServiceTable next = Tables.compile(specs, inForce, address -> new NextHopSlot(), crew.numbers(), Set.of());
        inForce = next;
        crew.await("the services", worker -> worker.adoptedVersion() >= next.version());
    }

    private ArmStatus status() {
        return crew.status().get(0);
    }

    private static void until(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadlineNs).as("in vain for 10 s").isNegative();
            Thread.onSpinWait();
        }
    }

    @Override
    public Found find(String interfaceName) throws Refusal {
        Found found = kernel.get(interfaceName);
        if (found == null) {
            throw new Refusal("interface " + interfaceName, "it is not there", "make one");
        }
        return found;
    }

    @Override
    public OpenedArm open(Found found) throws PortException {
        if (doNotOpen) {
            throw new PortException("it is busy", "wait");
        }
        List<PacketPort> opened = new ArrayList<>();
        for (int queue = 0; queue < (engine.equals(OpenedArm.AF_XDP) ? found.queues() : 1); queue++) {
            MemoryPort port = new MemoryPort();
            ports.add(port);
            opened.add(portsFail ? new FailingPort(port) : port);
        }
        return new OpenedArm(opened, engine, null, "the test says so");
    }

    @Override
    public Worker hire(Arm arm, PacketPort port, int workers) {
        numbers.add(arm.worker());
        Memory memory = new Memory(
                new FlowCache(flows, 1_024, FlowTimeouts.DEFAULT),
                new Handshakes(64),
                new Affinities(clients),
                new RateLimit(Integer.MAX_VALUE));
        return new Worker(arm, port, memory, () -> inForce, clockMs::get, AnswerPolicy.DEFAULT);
    }

    @Override
    public void prepareThread(int number) {}

    @Override
    public void joins(Arm arm) {
        told.add("+" + arm.ifIndex());
    }

    @Override
    public void left(Arm arm) {
        told.add("-" + arm.ifIndex());
    }

    /** A port whose interface is gone for good: it cannot even wait for something. */
    private record FailingPort(MemoryPort port) implements PacketPort {
        @Override
        public void receive(Batch batch) {
            throw new IllegalStateException("no such device");
        }

        @Override
        public void transmit(Batch batch) {
            throw new IllegalStateException("no such device");
        }

        @Override
        public void await(int timeoutMs) {
            throw new IllegalStateException("no such device");
        }

        @Override
        public void wake() {
            port.wake();
        }

        @Override
        public void steer(Steering wanted) {}

        @Override
        public long kernelDrops() {
            return 0;
        }

        @Override
        public void close() {
            port.close();
        }
    }

    @Test
    void shouldChangeNothingWhileNothingHasChanged() throws Refusal {
        startOnEth0();
        crew.check();
        assertThat(ports).hasSize(1);
        assertThat(told).containsExactly("+2");
        assertThat(status()).isEqualTo(new ArmStatus("eth0", "pcap", null, "the test says so", 1, null));
    }

    @Test
    void shouldSurviveAnInterfaceThatGoesAndComes() throws Refusal {
        there("eth1", 3, MAC + 1, 1500, 1);
        there("eth0", 2, MAC, 1500, 1);
        start("eth0", "eth1");
        publish();

        kernel.remove("eth0");
        crew.check();
        crew.check();
        assertThat(ports.get(0).isClosed()).isTrue();
        assertThat(ports.get(1).isClosed()).isFalse();
        assertThat(crew.size()).isOne();
        assertThat(crew.arms()).extracting(Arm::interfaceName).containsExactly("eth1");
        assertThat(status()).isEqualTo(new ArmStatus("eth0", "pcap", null, "the test says so", 0, "it is not there"));
        publish();

        there("eth0", 7, MAC, 1500, 1);
        crew.check();
        crew.check();
        assertThat(ports).hasSize(3);
        assertThat(status().whyLost()).isNull();
        assertThat(crew.arms()).extracting(Arm::ifIndex).containsExactly(7, 3);
        assertThat(told).containsExactly("+2", "+3", "-2", "+7");
        assertThat(numbers).as("numbers of those who are gone are free").containsExactly(0, 1, 0);
        until(() -> !ports.get(2).takeSent().isEmpty());
        assertThat(ports.get(2).steered()).as("to the services in force").hasSize(1);
    }

    @Test
    void shouldOpenAnewWhatAnOpenPortDoesNotFollow() throws Refusal {
        startOnEth0();
        there("eth0", 2, MAC + 1, 1500, 1);
        crew.check();
        there("eth0", 2, MAC + 1, 9000, 1);
        crew.check();
        there("eth0", 3, MAC + 1, 9000, 1);
        crew.check();
        assertThat(ports).hasSize(4);
        assertThat(ports.subList(0, 3)).allMatch(MemoryPort::isClosed);
        assertThat(told).containsExactly("+2", "-2", "+2", "-2", "+2", "-2", "+3");
        assertThat(crew.size()).isOne();
    }

    @Test
    void shouldOpenAnewWhatSendsByOtherQueuesWhereTheEngineHasAPortForEach() throws Refusal {
        engine = OpenedArm.AF_XDP;
        there("eth0", 2, MAC, 1500, 2);
        start("eth0");
        kernel.put("eth0", new Found(crew.arms().get(0), 2, 1));
        crew.check();
        assertThat(ports).hasSize(4);
        assertThat(ports.subList(0, 2)).allMatch(MemoryPort::isClosed);
        assertThat(crew.size()).isEqualTo(2);
    }

    @Test
    void shouldHaveAWorkerForEachQueueWhereTheEngineHasAPort() throws Refusal {
        engine = OpenedArm.AF_XDP;
        there("eth0", 2, MAC, 1500, 2);
        start("eth0");
        assertThat(crew.threads()).extracting(Thread::getName).containsExactly("worker-eth0.0", "worker-eth0.1");

        there("eth0", 2, MAC, 1500, 4);
        crew.check();
        assertThat(crew.size()).isEqualTo(4);
        assertThat(numbers).containsExactly(0, 1, 0, 1, 2, 3);

        there("eth0", 2, MAC, 1500, 40);
        crew.check();
        assertThat(crew.size()).isZero();
        assertThat(ports).allMatch(MemoryPort::isClosed);
        assertThat(status().whyLost()).contains("40 receive queues", "restart it");

        there("eth0", 2, MAC, 1500, 1);
        crew.check();
        assertThat(crew.size()).isOne();
    }

    @Test
    void shouldNotMindQueuesWhereTheEngineHasOnePort() throws Refusal {
        startOnEth0();
        there("eth0", 2, MAC, 1500, 8);
        crew.check();
        assertThat(ports).hasSize(1);
    }

    /** received = the sum of the verdicts, at any moment, and none of them goes down. */
    @Test
    void shouldCountOnWhereTheRetiredStopped() throws Refusal, InterruptedException {
        startOnEth0();
        Thread changes = new Thread(() -> {
            for (int i = 0; i < 40; i++) {
                ports.get(ports.size() - 1).arrive(new byte[TOO_SHORT]);
                there("eth0", 2, MAC + 1 + i, 1500, 1);
                crew.check();
            }
        });
        changes.start();
        long received = 0;
        while (changes.isAlive()) {
            Reading now = crew.counted();
            assertThat(now.received()).isGreaterThanOrEqualTo(received).isEqualTo(sum(now));
            received = now.received();
        }
        changes.join();
        assertThat(crew.counted().received()).isLessThanOrEqualTo(40);

        long before = crew.counted().received();
        ports.get(ports.size() - 1).arrive(new byte[TOO_SHORT]);
        until(() -> crew.counted().received() == before + 1);
        crew.close();
        assertThat(crew.counted().of(Verdict.DROPPED)).isEqualTo(before + 1);
    }

    private static long sum(Reading reading) {
        long sum = 0;
        for (Verdict verdict : Verdict.values()) {
            sum += reading.of(verdict);
        }
        return sum;
    }

    @Test
    void shouldOpenAPortAnewThatFailed() throws Refusal {
        portsFail = true;
        startOnEth0();
        Thread failed = crew.threads().get(0);
        until(() -> !failed.isAlive());
        // nobody waits for a worker that is no more
        publish();

        portsFail = false;
        crew.check();
        assertThat(crew.threads()).hasSize(1).doesNotContain(failed);
        assertThat(status().whyLost()).isNull();
        publish();
        until(() -> !ports.get(1).steered().isEmpty());
    }

    @Test
    void shouldTryAgainWhereAPortDoesNotOpen() throws Refusal {
        startOnEth0();
        there("eth0", 9, MAC, 1500, 1);
        doNotOpen = true;
        crew.check();
        crew.check();
        assertThat(status().whyLost()).isEqualTo("it is busy; wait");
        assertThat(crew.arms()).isEmpty();

        doNotOpen = false;
        crew.check();
        assertThat(status().whyLost()).isNull();
    }

    @Test
    void shouldRefuseToStartWhereAPortDoesNotOpen() {
        there("eth0", 2, MAC, 1500, 1);
        doNotOpen = true;
        assertThatThrownBy(() -> Crew.assemble(List.of("eth0"), this))
                .isInstanceOf(Refusal.class)
                .hasMessage("interface eth0: it is busy; wait");
    }

    @Test
    void shouldCloseWhatWasNeverStarted() throws Refusal {
        there("eth0", 2, MAC, 1500, 1);
        crew = Crew.assemble(List.of("eth0"), this);
        crew.close();
        assertThat(ports.get(0).isClosed()).isTrue();
        assertThat(new MacAddress(MAC)).hasToString("02:00:00:00:00:01");
    }

    @Test
    void shouldNotTakeUpAnInterfaceAfterItsEnd() throws Refusal {
        startOnEth0();
        crew.close();
        there("eth0", 9, MAC, 1500, 1);
        crew.check();
        assertThat(ports).hasSize(1);
    }
}
