package dev.trigon.conntrack;

/** How long flows may be idle, by the backend they go to: each service has timeouts of its own. */
@FunctionalInterface
public interface IdleLimits {
    /** Asked while a part of the table is locked: to be answered at once, for any id. */
    FlowTimeouts of(int backendId);
}
