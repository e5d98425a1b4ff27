package dev.trigon.agent;

import java.util.List;

/**
 * What this server is to be.
 *
 * @param interfaceName where packets for the VIPs arrive
 */
record Configuration(List<Vip> vips, ForwardMode forward, String interfaceName) {
    Configuration {
        vips = List.copyOf(vips);
    }

    List<Vip> vips(IpFamily family) {
        return vips.stream().filter(vip -> vip.family() == family).toList();
    }
}
