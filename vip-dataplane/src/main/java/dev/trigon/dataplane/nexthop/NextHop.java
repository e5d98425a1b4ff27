package dev.trigon.dataplane.nexthop;

/**
 * How a frame gets one hop nearer to an address.
 *
 * @param sourceMac the gateway's own MAC on the way out. Never the client side's: a switch would learn that MAC on the
 *     gateway's port and send the servers' replies there
 * @param mtu the longest packet that the link carries, or the route if that says less
 * @param direct the address itself is the next hop: it is on the same layer-2 segment
 */
public record NextHop(int ifIndex, long sourceMac, long destinationMac, int mtu, boolean direct) {}
