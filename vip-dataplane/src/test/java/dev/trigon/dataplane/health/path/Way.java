package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Specs;
import java.net.InetAddress;

/** The four ways to a backend: a mode and a family, with the addresses that tests have in it. */
enum Way {
    L2DSR(ForwardMode.L2DSR, false),
    L3DSR(ForwardMode.L3DSR, false),
    L2DSR_IPV6(ForwardMode.L2DSR, true),
    L3DSR_IPV6(ForwardMode.L3DSR, true);

    private static final int CODE = 5;

    final ForwardMode forward;
    final boolean v6;

    Way(ForwardMode forward, boolean v6) {
        this.forward = forward;
        this.v6 = v6;
    }

    int dscp() {
        return forward == ForwardMode.L3DSR ? CODE : 0;
    }

    InetAddress vip() {
        return Specs.address(v6 ? "2001:db8:f::10" : "203.0.113.10");
    }

    /** Servers count from 1 on, each on a wire of its own. */
    String network(int server) {
        return v6 ? "2001:db8:" + server + "::" : "10.2." + server + ".";
    }

    String gateway(int server) {
        return network(server) + "2";
    }

    String server(int server) {
        return network(server) + "11";
    }

    String ip() {
        return v6 ? "ip -6" : "ip";
    }

    int prefixLength() {
        return v6 ? 64 : 24;
    }

    int hostPrefix() {
        return v6 ? 128 : 32;
    }
}
