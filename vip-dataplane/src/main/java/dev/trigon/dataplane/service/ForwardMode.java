package dev.trigon.dataplane.service;

/** How a packet reaches its backend. */
public enum ForwardMode {
    /** The destination MAC is rewritten; layer 3 stays as it is. The backend shares a layer-2 segment with the gateway. */
    L2DSR("l2dsr"),
    /** The destination address is rewritten and the VIP's DSCP code written in, so that the agent can restore the VIP. Any routed path. */
    L3DSR("l3dsr");

    private final String label;

    ForwardMode(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
