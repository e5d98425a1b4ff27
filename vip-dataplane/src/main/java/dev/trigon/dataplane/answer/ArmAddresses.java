package dev.trigon.dataplane.answer;

import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own addresses on one interface: who an ICMP error is from (RFC 1812, section 4.3.2.4). Written by whoever
 * follows the kernel, read by a worker.
 */
public final class ArmAddresses {
    private volatile Snapshot now = new Snapshot(0, 0, 0);

    private record Snapshot(long ipv4Low, long ipv6High, long ipv6Low) {}

    /** @param ipv4 null where the interface has none, as with {@code ipv6} */
    public void set(@Nullable InetAddress ipv4, @Nullable InetAddress ipv6) {
        now = new Snapshot(
                ipv4 == null ? 0 : IpAddress.low(ipv4),
                ipv6 == null ? 0 : IpAddress.high(ipv6),
                ipv6 == null ? 0 : IpAddress.low(ipv6));
    }

    /** 0 if there is none. */
    long ipv4Low() {
        return now.ipv4Low;
    }

    /** 0 if there is none. */
    long ipv6High() {
        return now.ipv6High;
    }

    long ipv6Low() {
        return now.ipv6Low;
    }
}
