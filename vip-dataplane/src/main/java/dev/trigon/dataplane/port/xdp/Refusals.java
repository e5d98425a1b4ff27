package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.PortException;
import dev.trigon.linux.LinuxException;

/** What it means that the kernel or a driver will not have AF_XDP, and what can be done. */
final class Refusals {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int EEXIST = 17;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;
    private static final int EAFNOSUPPORT = 97;
    private static final int ENOBUFS = 105;

    private static final String PCAP = "use engine: pcap";
    private static final String PRIVILEGES =
            "run vipd as root, or with CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_IPC_LOCK, or " + PCAP;

    private Refusals() {}

    /** Of the program, or of its place on the interface. */
    static PortException ofProgram(LinuxException e, String interfaceName) {
        return switch (e.errno()) {
            case EPERM, EACCES -> new PortException("vipd may not load XDP programs", PRIVILEGES, e);
            case EBUSY, EEXIST ->
                new PortException(
                        "another XDP program is on " + interfaceName,
                        "take it away (ip link set dev " + interfaceName + " xdp off; ip link show " + interfaceName
                                + " names it) or " + PCAP,
                        e);
            case ENOSYS, EINVAL, EOPNOTSUPP ->
                new PortException(
                        "the kernel or the driver of " + interfaceName + " takes no XDP program (" + e.getMessage()
                                + ")",
                        "use Linux 5.9 or later and a driver with XDP, or " + PCAP,
                        e);
            case ENODEV -> new PortException(interfaceName + " is gone", "see that it is there and up", e);
            default -> other(e);
        };
    }

    /** Of a socket, its memory or its rings, or of its place on a queue. */
    static PortException ofSocket(LinuxException e, String interfaceName, int queue) {
        return switch (e.errno()) {
            case EPERM, EACCES -> new PortException("vipd may not open AF_XDP sockets", PRIVILEGES, e);
            case EAFNOSUPPORT ->
                new PortException(
                        "this kernel has no AF_XDP", "use one that was built with CONFIG_XDP_SOCKETS, or " + PCAP, e);
            case ENOBUFS ->
                new PortException(
                        "vipd may not lock the memory that frames lie in",
                        "raise RLIMIT_MEMLOCK (ulimit -l unlimited; in a systemd unit LimitMEMLOCK=infinity), or "
                                + PCAP,
                        e);
            case EBUSY ->
                new PortException(
                        "another AF_XDP socket has queue " + queue + " of " + interfaceName,
                        "end the program that has it, or " + PCAP,
                        e);
            case EOPNOTSUPP, EINVAL ->
                new PortException(
                        "queue " + queue + " of " + interfaceName + " cannot (" + e.getMessage() + ")", PCAP, e);
            case ENODEV -> new PortException(interfaceName + " is gone", "see that it is there and up", e);
            default -> other(e);
        };
    }

    private static PortException other(LinuxException e) {
        return new PortException(String.valueOf(e.getMessage()), PCAP, e);
    }
}
