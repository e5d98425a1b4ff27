package dev.trigon.linux.netlink;

import java.net.InetAddress;

/**
 * A route in a table of one's own, to one address alone.
 *
 * @param table 1 to 2^31 - 1; 253 to 255 are the kernel's
 * @param protocol who owns it: a number of one's own, 5 to 255
 */
public record TableRoute(InetAddress destination, int ifIndex, int table, int protocol) {
    @Override
    public String toString() {
        return destination.getHostAddress() + " by interface " + ifIndex + " in table " + table;
    }
}
