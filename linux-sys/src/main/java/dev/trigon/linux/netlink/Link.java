package dev.trigon.linux.netlink;

import dev.trigon.linux.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * A network interface.
 *
 * @param mac null where the link is no Ethernet
 * @param mtu octets of layer 3
 * @param up configured up (IFF_UP)
 * @param carrier up and has signal (IFF_LOWER_UP)
 */
public record Link(
        int index, String name, @Nullable MacAddress mac, int mtu, boolean up, boolean carrier, boolean loopback) {}
