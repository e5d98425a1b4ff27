package dev.trigon.dataplane.port.xdp;

import dev.trigon.linux.bpf.BpfMap;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The VIPs that are steered, which the programs on all interfaces share. A map a family, so that a key is the address as it
 * stands in the packet, and a lookup takes it from there.
 */
public final class SteeredVips implements AutoCloseable {
    /** Of each family. */
    public static final int MOST = 65_536;

    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    /** That an address is there says all. */
    private static final byte[] PRESENT = {1};

    private final BpfMap ipv4;
    private final BpfMap ipv6;
    private final Set<InetAddress> vips = new HashSet<>();

    private SteeredVips(BpfMap ipv4, BpfMap ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /** None yet. */
    public static SteeredVips create() {
        BpfMap ipv4 = BpfMap.hash("vips_ipv4", IPV4_LENGTH, PRESENT.length, MOST);
        try {
            return new SteeredVips(ipv4, BpfMap.hash("vips_ipv6", IPV6_LENGTH, PRESENT.length, MOST));
        } catch (RuntimeException e) {
            ipv4.close();
            throw e;
        }
    }

    /** These and no others, from the next frame on. What was steered before and still is has no gap. */
    public synchronized void set(Collection<InetAddress> wanted) {
        for (InetAddress vip : wanted) {
            if (!vips.contains(vip)) {
                mapOf(vip).update(vip.getAddress(), PRESENT);
                vips.add(vip);
            }
        }
        Set<InetAddress> gone = new HashSet<>(vips);
        wanted.forEach(gone::remove);
        for (InetAddress vip : gone) {
            mapOf(vip).delete(vip.getAddress());
            vips.remove(vip);
        }
    }

    private BpfMap mapOf(InetAddress vip) {
        return vip instanceof Inet4Address ? ipv4 : ipv6;
    }

    BpfMap ipv4() {
        return ipv4;
    }

    BpfMap ipv6() {
        return ipv6;
    }

    /** Programs that are attached keep what is in here. */
    @Override
    public void close() {
        ipv4.close();
        ipv6.close();
    }
}
