package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.balance.Scatter;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A real server as the packet path uses it. Its meter and next hop outlive the table it stands in. */
public final class Backend {
    private final int id;
    private final String name;
    private final @Nullable Service service;
    private final boolean layer3;
    private final int dscp;
    private final FlowTimeouts timeouts;
    private final boolean takesNewFlows;
    private final boolean keepsFlows;
    private final long addressHigh;
    private final long addressLow;
    private final long identity;
    private final NextHopSlot hop;
    private final BackendMeter meter;

    Backend(
            BackendSpec spec,
            Service service,
            boolean takesNewFlows,
            boolean keepsFlows,
            NextHopSlot hop,
            BackendMeter meter) {
        this(spec.id(), spec.name(), spec.address(), service, service, takesNewFlows, keepsFlows, hop, meter);
    }

    /**
     * A backend that is configured no more.
     *
     * @param sameVip its service, or another of its VIP: all of those are reached in one way
     */
    Backend(FormerBackend former, Service sameVip, NextHopSlot hop, BackendMeter meter) {
        this(former.id(), former.name(), former.address(), null, sameVip, false, former.drains(), hop, meter);
    }

    private Backend(
            int id,
            String name,
            InetAddress address,
            @Nullable Service service,
            Service like,
            boolean takesNewFlows,
            boolean keepsFlows,
            NextHopSlot hop,
            BackendMeter meter) {
        this.id = id;
        this.name = name;
        this.service = service;
        this.layer3 = like.spec().forward() == ForwardMode.L3DSR;
        this.dscp = like.spec().dscp();
        this.timeouts = like.timeouts();
        this.takesNewFlows = takesNewFlows;
        this.keepsFlows = keepsFlows;
        this.addressHigh = IpAddress.high(address);
        this.addressLow = IpAddress.low(address);
        this.identity = Scatter.mix(Scatter.fold(addressHigh, addressLow));
        this.hop = hop;
        this.meter = meter;
    }

    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    /** Null: it is configured no more. */
    public @Nullable Service service() {
        return service;
    }

    /** Whether it is reached by address (l3dsr) and not by MAC alone (l2dsr). */
    public boolean isLayer3() {
        return layer3;
    }

    /** The VIP's code; 0 in l2dsr. */
    public int dscp() {
        return dscp;
    }

    /** How long its flows may be idle. */
    public FlowTimeouts timeouts() {
        return timeouts;
    }

    public boolean takesNewFlows() {
        return takesNewFlows;
    }

    /** Whether the flows it has stay with it; false: it is down, disabled or forced out. */
    public boolean keepsFlows() {
        return keepsFlows;
    }

    public long addressHigh() {
        return addressHigh;
    }

    public long addressLow() {
        return addressLow;
    }

    boolean isAt(long high, long low) {
        return addressLow == low && addressHigh == high;
    }

    /** Its address in one word that is well mixed: the same on every gateway. */
    long identity() {
        return identity;
    }

    public @Nullable NextHop nextHop() {
        return hop.get();
    }

    /** What {@link #nextHop} comes from: the same one for every backend of this address. */
    public NextHopSlot hopSlot() {
        return hop;
    }

    public BackendMeter meter() {
        return meter;
    }
}
