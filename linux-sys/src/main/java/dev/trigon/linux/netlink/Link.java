package dev.trigon.linux.netlink;

import dev.trigon.linux.MacAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network interface.
 *
 * @param mac null where the link is no Ethernet
 * @param mtu octets of layer 3
 * @param up configured up (IFF_UP)
 * @param carrier up and has signal (IFF_LOWER_UP)
 * @param place where it stands among the others
 */
public record Link(
        int index,
        String name,
        @Nullable MacAddress mac,
        int mtu,
        boolean up,
        boolean carrier,
        boolean loopback,
        Place place) {
    private static final Set<String> STACKED = Set.of("vlan", "macvlan", "macvtap", "ipvlan", "ipvtap");

    /** A link on its own. */
    public Link(
            int index, String name, @Nullable MacAddress mac, int mtu, boolean up, boolean carrier, boolean loopback) {
        this(index, name, mac, mtu, up, carrier, loopback, Place.ALONE);
    }

    /**
     * What a link is made of, and what it is part of.
     *
     * @param parent index of the link that this one is on (a VLAN's), or at the other end (a veth's); 0 where there is none
     *     in this namespace
     * @param master index of the bridge or bond that this is a port of, or 0
     * @param kind the kernel's word for a link that is no device: vlan, macvlan, bridge, veth; else empty
     * @param vlanId a VLAN's, or 0
     */
    public record Place(int parent, int master, String kind, int vlanId) {
        public static final Place ALONE = new Place(0, 0, "", 0);
    }

    /** Whether what arrives at the other arrives here too, because this is a part of it or it a part of this. */
    public boolean sharesFramesWith(Link other) {
        return isOn(other) || other.isOn(this) || place.master == other.index || other.place.master == index;
    }

    private boolean isOn(Link other) {
        return STACKED.contains(place.kind) && place.parent == other.index;
    }
}
