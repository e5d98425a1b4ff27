package dev.trigon.dataplane.port;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * What a port is to bring in: what is addressed to these addresses, and ARP and neighbour discovery that ask for them, with
 * any VLAN tags; nothing else, but where they are very many perhaps what is for their neighbours.
 *
 * @param own those of them that are the gateway's own addresses too: the kernel needs to see what comes for them
 */
public record Steering(List<InetAddress> vips, Set<InetAddress> own) {
    public static final Steering NOTHING = new Steering(List.of(), Set.of());

    public Steering {
        vips = List.copyOf(vips);
        own = Set.copyOf(own);
    }
}
