package dev.trigon.dataplane.doctor;

import dev.trigon.linux.Sysctl;
import java.util.List;

/** Settings of the kernel that several checks read. */
final class Settings {
    static final Sysctl IP_FORWARD = new Sysctl(List.of("net", "ipv4", "ip_forward"));
    static final Sysctl IPV6_FORWARDING = new Sysctl(List.of("net", "ipv6", "conf", "all", "forwarding"));

    private Settings() {}

    /** 0 where there is none. */
    static int number(Patient patient, Sysctl name) {
        return patient.host().setting(name).map(Integer::parseInt).orElse(0);
    }
}
