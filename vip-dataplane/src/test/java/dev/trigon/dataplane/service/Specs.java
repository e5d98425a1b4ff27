package dev.trigon.dataplane.service;

import com.google.common.net.InetAddresses;
import dev.trigon.dataplane.balance.SchedulerKind;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Services as tests write them: a VIP, ports, backends, and the usual for all else. */
public final class Specs {
    private String name = "web";
    private String vip = "203.0.113.10";
    private Protocol protocol = Protocol.TCP;
    private List<PortRange> ports = List.of(new PortRange(80, 80));
    private ForwardMode forward = ForwardMode.L2DSR;
    private int dscp;
    private SchedulerKind scheduler = SchedulerKind.WRR;
    private final List<BackendSpec> backends = new ArrayList<>();
    private FlowPolicy flows = FlowPolicy.DEFAULT;
    private Availability availability = Availability.DEFAULT;

    private Specs() {}

    public static Specs service(String name) {
        Specs specs = new Specs();
        specs.name = name;
        return specs;
    }

    /** Of either family. */
    public static InetAddress address(String literal) {
        return InetAddresses.forString(literal);
    }

    public Specs vip(String address) {
        vip = address;
        return this;
    }

    public Specs udp() {
        protocol = Protocol.UDP;
        return this;
    }

    public Specs ports(PortRange... ranges) {
        ports = Arrays.asList(ranges);
        return this;
    }

    public Specs l3dsr(int code) {
        forward = ForwardMode.L3DSR;
        dscp = code;
        return this;
    }

    public Specs maglev() {
        return scheduler(SchedulerKind.MAGLEV);
    }

    public Specs scheduler(SchedulerKind kind) {
        scheduler = kind;
        return this;
    }

    public Specs backend(int id, String address, int weight) {
        backends.add(new BackendSpec(id, "b" + id, address(address), weight, BackendState.UP, false));
        return this;
    }

    public Specs backend(int id, String address, int weight, BackendState state) {
        backends.add(new BackendSpec(id, "b" + id, address(address), weight, state, false));
        return this;
    }

    /** One that takes new flows only while no other can. */
    public Specs backup(int id, String address, int weight) {
        backends.add(new BackendSpec(id, "b" + id, address(address), weight, BackendState.UP, true));
        return this;
    }

    public Specs availability(WhenAllDown whenAllDown, Duration slowStart) {
        availability = new Availability(whenAllDown, slowStart, null);
        return this;
    }

    public Specs flows(FlowPolicy policy) {
        flows = policy;
        return this;
    }

    /** A client stays with its backend for so long. */
    public Specs affinity(Affinity affinity) {
        return flows(new FlowPolicy(flows.timeouts(), affinity, flows.onePacket(), flows.whenDown()));
    }

    public ServiceSpec spec() {
        return new ServiceSpec(
                name, address(vip), protocol, ports, forward, dscp, scheduler, flows, availability, null, backends);
    }
}
