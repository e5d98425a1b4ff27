package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.PortException;
import dev.trigon.linux.LinuxException;

/** What it means that the kernel or a driver will not have AF_XDP, and what can be done. */
final class Refusals {
    private static final int EPERM = 1;
    private static final int ENXIO = 6;
    private static final int E2BIG = 7;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int EEXIST = 17;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int ENFILE = 23;
    private static final int EMFILE = 24;
    private static final int ENOSPC = 28;
    private static final int ERANGE = 34;
    private static final int ENOSYS = 38;
    private static final int ENOPROTOOPT = 92;
    private static final int EOPNOTSUPP = 95;
    private static final int EAFNOSUPPORT = 97;
    private static final int ENETDOWN = 100;
    private static final int ENOBUFS = 105;
    /** The kernel's own word for EOPNOTSUPP, which some drivers let out. */
    private static final int ENOTSUPP = 524;

    private static final String PCAP = "use engine: pcap";
    private static final String CAPABILITIES = "let it have CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF";

    private Refusals() {}

    /** Of the program or its maps, or of its place on the interface. */
    static PortException ofProgram(LinuxException e, String interfaceName) {
        return switch (e.errno()) {
            case EPERM ->
                new PortException(
                        "vipd may not load XDP programs",
                        CAPABILITIES + " and no seccomp filter that denies bpf(2), before Linux 5.11 also"
                                + " RLIMIT_MEMLOCK=infinity, or " + PCAP,
                        e);
            // the verifier's word as well as a security module's
            case EACCES ->
                new PortException(
                        "the kernel will not have vipd's XDP program (" + e.getMessage() + ")",
                        "have SELinux, or what else watches over bpf(2) here, allow it, or " + PCAP,
                        e);
            case EBUSY, EEXIST ->
                new PortException(
                        "another XDP program is on " + interfaceName,
                        "end what holds it there (ip -d link show " + interfaceName
                                + " names it; if nothing does: ip link set dev " + interfaceName
                                + " xdp off, or xdpgeneric off) or " + PCAP,
                        e);
            case ENOSYS, EINVAL, E2BIG, EOPNOTSUPP, ENOTSUPP ->
                new PortException(
                        "the kernel or the driver of " + interfaceName + " takes no XDP program (" + e.getMessage()
                                + ")",
                        "use Linux 5.9 or later and a driver with XDP, or " + PCAP,
                        e);
            case ERANGE, ENOSPC ->
                new PortException(
                        "the driver of " + interfaceName + " takes no XDP program with this MTU and these queues ("
                                + e.getMessage() + ")",
                        "lower the one or change the others (ethtool -L), or " + PCAP,
                        e);
            default -> ofBoth(e, interfaceName);
        };
    }

    /** Of a socket, its memory or its rings, or of its place on a queue. */
    static PortException ofSocket(LinuxException e, String interfaceName, int queue) {
        return switch (e.errno()) {
            case EPERM, EACCES ->
                new PortException("vipd may not open AF_XDP sockets", CAPABILITIES + ", or " + PCAP, e);
            case EAFNOSUPPORT ->
                new PortException(
                        "this kernel has no AF_XDP, or none for vipd",
                        "use one that was built with CONFIG_XDP_SOCKETS; in a systemd unit let"
                                + " RestrictAddressFamilies have AF_XDP; or " + PCAP,
                        e);
            case ENOBUFS ->
                new PortException(
                        "vipd may not lock the memory that frames lie in",
                        "raise RLIMIT_MEMLOCK (ulimit -l unlimited; in a systemd unit LimitMEMLOCK=infinity) or let it"
                                + " have CAP_IPC_LOCK, or " + PCAP,
                        e);
            case EBUSY ->
                new PortException(
                        "another AF_XDP socket has queue " + queue + " of " + interfaceName,
                        "end the program that has it, or " + PCAP,
                        e);
            case EOPNOTSUPP, ENOTSUPP, EINVAL, ENOPROTOOPT, ENOSYS ->
                new PortException(
                        "queue " + queue + " of " + interfaceName + " takes no AF_XDP socket (" + e.getMessage() + ")",
                        "use Linux 5.9 or later, or " + PCAP,
                        e);
            case ENETDOWN, ENXIO ->
                new PortException(interfaceName + " is down", "bring it up: ip link set " + interfaceName + " up", e);
            default -> ofBoth(e, interfaceName);
        };
    }

    private static PortException ofBoth(LinuxException e, String interfaceName) {
        return switch (e.errno()) {
            case ENODEV -> new PortException(interfaceName + " is gone", "see that it is there and up", e);
            case ENOMEM ->
                new PortException(
                        "the kernel has no memory left for AF_XDP on " + interfaceName + " (" + e.getMessage() + ")",
                        "free some, raise the limit of vipd's control group (in a systemd unit MemoryMax), or " + PCAP,
                        e);
            case EMFILE, ENFILE ->
                new PortException(
                        "vipd may not open as many files as AF_XDP needs",
                        "raise RLIMIT_NOFILE (ulimit -n; in a systemd unit LimitNOFILE), or " + PCAP,
                        e);
            default -> new PortException(String.valueOf(e.getMessage()), PCAP, e);
        };
    }
}
