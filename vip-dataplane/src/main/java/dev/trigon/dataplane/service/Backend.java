package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Scatter;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A real server as the packet path uses it. Its meter and next hop outlive the table it stands in. */
public final class Backend {
    private final BackendSpec spec;
    private final Service service;
    private final long addressHigh;
    private final long addressLow;
    private final long identity;
    private final NextHopSlot hop;
    private final BackendMeter meter;

    Backend(BackendSpec spec, Service service, NextHopSlot hop, BackendMeter meter) {
        this.spec = spec;
        this.service = service;
        this.addressHigh = IpAddress.high(spec.address());
        this.addressLow = IpAddress.low(spec.address());
        this.identity = Scatter.mix(Scatter.fold(addressHigh, addressLow));
        this.hop = hop;
        this.meter = meter;
    }

    public int id() {
        return spec.id();
    }

    public BackendSpec spec() {
        return spec;
    }

    public Service service() {
        return service;
    }

    public long addressHigh() {
        return addressHigh;
    }

    public long addressLow() {
        return addressLow;
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
