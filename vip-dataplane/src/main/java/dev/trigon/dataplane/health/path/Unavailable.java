package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.packet.Tun;

/** Why checks cannot take the clients' way on this host, and what to do. vipd goes on without. */
final class Unavailable {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int ENXIO = 6;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int ENODEV = 19;

    private Unavailable() {}

    static Refusal because(LinuxException failure) {
        return new Refusal("checks by way of the VIP", String.valueOf(failure.getMessage()), remedy(failure.errno()));
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case ENOENT, ENODEV, ENXIO -> "load the module (modprobe tun), or give the container " + Tun.DEVICE;
            case EPERM, EACCES ->
                "give vipd CAP_NET_ADMIN, and let it open " + Tun.DEVICE
                        + " (DeviceAllow= in a systemd unit, the container's device list)";
            case EBUSY ->
                "another program has an interface of the name " + CheckDevice.NAME + ": see ip -d link show "
                        + CheckDevice.NAME + ", and remove it";
            default -> "see what the kernel says (dmesg)";
        };
    }
}
