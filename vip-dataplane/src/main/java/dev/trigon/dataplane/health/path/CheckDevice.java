package dev.trigon.dataplane.health.path;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.packet.Tun;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The interface that the gateway's own packets to VIPs leave by. It ends in this process, and has no address of its own. */
final class CheckDevice implements AutoCloseable {
    static final String NAME = "trigon-hc";

    /** IN6_ADDR_GEN_MODE_NONE, linux/if_link.h. */
    private static final String NO_ADDRESS = "1";

    private static final int ENODEV = 19;
    private static final Logger LOG = LoggerFactory.getLogger(CheckDevice.class);

    private final Rtnetlink kernel;
    private final Tun tun;
    private final int ifIndex;
    private final int mtu;

    private CheckDevice(Rtnetlink kernel, Tun tun, int ifIndex, int mtu) {
        this.kernel = kernel;
        this.tun = tun;
        this.ifIndex = ifIndex;
        this.mtu = mtu;
    }

    static CheckDevice make(Rtnetlink kernel, int mtu) {
        Tun tun = Tun.create(NAME);
        try {
            keepIpv6Quiet();
            CheckDevice device = new CheckDevice(kernel, tun, find(kernel).index(), mtu);
            kernel.bringUp(device.ifIndex, mtu);
            return device;
        } catch (LinuxException e) {
            tun.close();
            throw e;
        }
    }

    private static Link find(Rtnetlink kernel) {
        return kernel.link(NAME).orElseThrow(() -> new LinuxException("RTM_GETLINK(" + NAME + ")", ENODEV));
    }

    /** A link-local address would make the kernel speak there of itself; without IPv6 there is nothing to set. */
    private static void keepIpv6Quiet() {
        set("addr_gen_mode", NO_ADDRESS);
        // whatever new interfaces have: without IPv6 it takes no IPv6 route
        set("disable_ipv6", "0");
    }

    private static void set(String setting, String value) {
        Sysctl sysctl = new Sysctl(List.of("net", "ipv6", "conf", NAME, setting));
        try {
            if (sysctl.exists()) {
                sysctl.write(value);
            }
        } catch (LinuxException e) {
            LOG.debug(
                    "/proc/sys may be read-only in a container, and what is said there is dropped: {}", e.getMessage());
        }
    }

    /** Brings it up again if somebody has brought it down; fails where it is gone. */
    void repair() {
        if (!find(kernel).up()) {
            LOG.warn("{} was down, and is up again", NAME);
            kernel.bringUp(ifIndex, mtu);
        }
    }

    Tun tun() {
        return tun;
    }

    int ifIndex() {
        return ifIndex;
    }

    @Override
    public void close() {
        tun.close();
    }
}
