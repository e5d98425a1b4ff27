package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.balance.Scatter;
import dev.trigon.dataplane.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Who counts as the same client of a service, and for how long. A client of a service is looked up as a flow would be, by a
 * key that no flow has: protocol 0, the masked address, and either the service's VIP, protocol and first port (which stay
 * when it is renamed) or what its group's name comes to.
 */
public final class AffinityScope {
    private static final int NO_PROTOCOL = 0;
    /** In place of a VIP: no address that is a service's. */
    private static final long GROUP_HIGH = 0xFF00_0000_0000_0000L;

    private static final int IPV4_OFFSET = 96;

    private final long timeMs;
    private final long mask4;
    private final long maskHigh6;
    private final long maskLow6;
    private final long scopeHigh;
    private final long scopeLow;
    private final int scopeProtocol;
    private final int scopePort;

    private AffinityScope(Affinity affinity, long scopeHigh, long scopeLow, int scopeProtocol, int scopePort) {
        this.timeMs = affinity.time().toMillis();
        this.mask4 = mask(affinity.prefix4() + IPV4_OFFSET - Long.SIZE);
        this.maskHigh6 = mask(affinity.prefix6());
        this.maskLow6 = mask(affinity.prefix6() - Long.SIZE);
        this.scopeHigh = scopeHigh;
        this.scopeLow = scopeLow;
        this.scopeProtocol = scopeProtocol;
        this.scopePort = scopePort;
    }

    static @Nullable AffinityScope of(ServiceSpec spec) {
        Affinity affinity = spec.flows().affinity();
        if (affinity == null) {
            return null;
        }
        String group = affinity.group();
        if (group == null) {
            return new AffinityScope(
                    affinity,
                    IpAddress.high(spec.vip()),
                    IpAddress.low(spec.vip()),
                    spec.protocol().number(),
                    spec.ports().get(0).first());
        }
        return new AffinityScope(affinity, GROUP_HIGH, word(group), 0, 0);
    }

    private static long word(String text) {
        long word = 0;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            word = Scatter.fold(word, octet & 0xFF) + 1;
        }
        return Scatter.mix(word);
    }

    /** The first so many bits of a word; none below 0, all from 64 on. */
    private static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    /** How long after a client's last flow its backend is remembered. */
    public long timeMs() {
        return timeMs;
    }

    /** The key of a client, as {@link IpAddress} has its address. */
    public FlowKey keyOf(long clientHigh, long clientLow, FlowKey into) {
        boolean ipv4 = IpAddress.isIpv4(clientHigh, clientLow);
        long high = ipv4 ? clientHigh : clientHigh & maskHigh6;
        long low = ipv4 ? clientLow & mask4 : clientLow & maskLow6;
        return into.set(high, low, scopeHigh, scopeLow, NO_PROTOCOL, scopeProtocol, scopePort);
    }
}
