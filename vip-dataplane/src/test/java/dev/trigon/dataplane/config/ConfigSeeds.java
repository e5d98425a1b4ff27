package dev.trigon.dataplane.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Documents of each kind that vipd reads, by their number in {@link ConfigTarget}. */
final class ConfigSeeds {
    private static final String SERVICES = """
            services:
              - name: web
                vip: 203.0.113.10
                protocol: tcp
                ports: [80, "8000-8100"]
                forward: l2dsr
                scheduler: wrr
                affinity: {time: 10m, prefix: 24, prefix6: 64, group: shop}
                timeouts: {syn: 5s, established: 1h, closing: default, closed: 1s, udp: 168h}
                whenDown: move
                backends:
                  - {name: b1, address: 10.2.0.11, weight: 100}
                  - {name: b2, address: 10.2.0.12, state: draining}
              - name: dns6
                vip: 2001:db8:f::20
                protocol: udp
                ports: any
                forward: l3dsr
                dscp: 7
                scheduler: maglev
                onePacket: true
            """;
    private static final String JSON = """
            {"services": [{"name": "web", "vip": "203.0.113.10", "protocol": "tcp", "ports": "80,443",
             "backends": [{"name": "b1", "address": "10.2.0.11", "weight": 0}]}]}
            """;
    private static final String SERVICE =
            "{\"name\": \"web\", \"vip\": \"2001:db8:f::10\", \"protocol\": \"tcp\", \"ports\": [80]}";
    private static final String VIPD = """
            interfaces: [eth0, eth1]
            engine: pcap
            workers: auto
            control: {socket: /run/trigon/vipd.sock}
            http: {listen: off}
            state: /var/lib/trigon
            flows:
              max: 65536
              timeouts: {syn: 30s, established: 15m, closing: 500ms, udp: 1h}
            icmp: {echo: forward, rate: 10}
            faults: {seed: 1, loss: 0.01, duplicate: 0, reorder: .5, corrupt: 1, delay: 5ms, side: both}
            trace: {directory: /tmp/trace, packets: 10}
            """;

    /** Each number just beyond its bound. */
    private static final List<String> BEYOND = List.of(
            "flows: {max: 1023}",
            "flows: {max: 16777217}",
            "flows: {timeouts: {syn: 99ms}}",
            "flows: {timeouts: {udp: 169h}}",
            "icmp: {rate: -1}",
            "icmp: {rate: 1000001}",
            "faults: {loss: 1.1}",
            "interfaces: [a234567890123456]");

    private ConfigSeeds() {}

    static Map<Integer, List<String>> documents() {
        return Map.of(
                0, List.of(SERVICES, JSON, "", "services: []", "services: [{health: x}]", "a: &b [1]\nc: *b"),
                1, List.of(SERVICE, "name: web\nvip: 10.0.0.1:80\nprotocol: tcp\nports: 80"),
                2,
                        List.of(
                                "{\"name\": \"b1\", \"address\": \"10.2.0.11\", \"weight\": 7}",
                                "name: b\naddress: 1.2.3.4"),
                3,
                        List.of(
                                "{\"forward\": \"l3dsr\", \"dscp\": 9, \"ports\": \"any\", \"vip\": \"10.0.0.1\"}",
                                "{}",
                                "affinity: none\nonePacket: false",
                                "affinity: 10m\nwhenDown: reset",
                                "affinity: {prefix: 33}",
                                "affinity: 169h",
                                "timeouts: {syn: 999ms, udp: default}",
                                "health: tcp",
                                "health: {type: https, port: 8443, interval: 99ms, expect: [200-299, 404], verify: true}",
                                "health: {type: udp, send: 'a\\x00', receive: '\\xzz'}",
                                "health: {type: exec, command: [/bin/true, 5], timeout: 1s}",
                                "dscp: 64",
                                "dscp: 0",
                                "ports: 0-65536"),
                4, List.of("{\"weight\": 7}", "state: disabled", "state: down", "weight: 65536", "weight: -1"),
                5, vipd(),
                6, List.of("500ms", "2s", "10m", "1h", "999999999h", "1d"),
                7, List.of("203.0.113.10", "2001:db8::10", "::", "::ffff:1.2.3.4", "fe80::1%eth0", "01.2.3.4"));
    }

    private static List<String> vipd() {
        List<String> texts = new ArrayList<>(List.of(VIPD, "interfaces: [eth0]\nengine: af_xdp"));
        for (String one : BEYOND) {
            texts.add(one.startsWith("interfaces") ? one : "interfaces: [eth0]\n" + one);
        }
        return texts;
    }
}
