package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Canary;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.KernelClock;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The kernel under vipd, and what is seen through it of other hosts. Any thread. What fails is a LinuxException. */
interface Host {
    List<Link> links();

    List<InterfaceAddress> addresses();

    List<Neighbour> neighbours();

    /** The main table's. */
    List<Route> routes();

    Optional<Route> routeTo(InetAddress destination);

    /** Empty where the kernel has no such setting, or does not show it in this network namespace. */
    Optional<String> setting(Sysctl name);

    void set(Sysctl name, String value);

    boolean isOn(String interfaceName, Offload offload);

    KernelClock.Reading clock();

    Descriptors openFiles() throws IOException;

    Space space(Path directory) throws IOException;

    /** Asks on each of these links who has these addresses, in nobody's name or the gateway's own; takes a second. */
    Set<Holder> holders(List<Link> links, List<InetAddress> vips);

    /** Asks a host for an echo of a packet of so many octets that must not be cut up; takes some seconds at most. */
    Echo echo(InetAddress address, int octets);

    /**
     * Sends packets of the gateway's own to single servers; takes a second at most, and as long as sending takes.
     *
     * @param at where answers are listened for
     * @param backends in force, by their ids
     */
    Map<Canary, Answer> answers(List<Canary> canaries, List<Link> at, IntFunction<@Nullable Backend> backends);

    /** Files that vipd has open, and may have open. */
    record Descriptors(long open, long limit) {}

    /** Octets that a directory's disk has left, and has. */
    record Space(long free, long total) {}
}
