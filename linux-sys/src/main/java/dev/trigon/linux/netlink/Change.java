package dev.trigon.linux.netlink;

/** Something the kernel told of its own accord. {@code removed}: it is gone; else it is new, or now is as given. */
public sealed interface Change {

    /** A link that came, went, or changed its flags, MTU or MAC. */
    record LinkChange(Link link, boolean removed) implements Change {}

    /** A neighbour that was resolved, lost, or moved. */
    record NeighbourChange(Neighbour neighbour, boolean removed) implements Change {}

    /** An own address that came or went. */
    record AddressChange(InterfaceAddress address, boolean removed) implements Change {}

    /** A route, of any table, that came or went. */
    record RouteChange(Route route, boolean removed) implements Change {}

    /** Something was lost on the way: read all again. */
    record Overrun() implements Change {}
}
