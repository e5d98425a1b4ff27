package dev.trigon.dataplane.service;

import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import org.jspecify.annotations.Nullable;

/** A real server as the packet path uses it. Its meter and next hop outlive the table it stands in. */
public final class Backend {
    private final BackendSpec spec;
    private final Service service;
    private final int address;
    private final NextHopSlot hop;
    private final BackendMeter meter;

    Backend(BackendSpec spec, Service service, NextHopSlot hop, BackendMeter meter) {
        this.spec = spec;
        this.service = service;
        this.address = Ipv4.toInt(spec.address());
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

    public int address() {
        return address;
    }

    public @Nullable NextHop nextHop() {
        return hop.get();
    }

    public BackendMeter meter() {
        return meter;
    }
}
