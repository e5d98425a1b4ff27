package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Canary;
import dev.trigon.dataplane.doctor.canary.Flight;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.linux.Ethtool;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.KernelClock;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The host that vipd runs on. */
final class LinuxHost implements Host {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern OPEN_FILES = Pattern.compile("^Max open files +(\\d+|unlimited)", Pattern.MULTILINE);

    private final Rtnetlink kernel;

    LinuxHost(Rtnetlink kernel) {
        this.kernel = kernel;
    }

    @Override
    public List<Link> links() {
        return kernel.links();
    }

    @Override
    public List<InterfaceAddress> addresses() {
        return kernel.addresses();
    }

    @Override
    public List<Neighbour> neighbours() {
        return kernel.neighbours();
    }

    @Override
    public List<Route> routes() {
        return kernel.routes();
    }

    @Override
    public Optional<Route> routeTo(InetAddress destination) {
        return kernel.routeTo(destination);
    }

    @Override
    public Optional<String> setting(Sysctl name) {
        return name.exists() ? Optional.of(name.read()) : Optional.empty();
    }

    @Override
    public void set(Sysctl name, String value) {
        name.write(value);
    }

    @Override
    public boolean isOn(String interfaceName, Offload offload) {
        try (Ethtool ethtool = Ethtool.open()) {
            return ethtool.isOn(interfaceName, offload);
        }
    }

    @Override
    public KernelClock.Reading clock() {
        return KernelClock.read();
    }

    @Override
    public Descriptors openFiles() throws IOException {
        long open = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path ignored : descriptors) {
                open++;
            }
        }
        Matcher limit = OPEN_FILES.matcher(Files.readString(LIMITS));
        boolean limited = limit.find() && !limit.group(1).equals("unlimited");
        return new Descriptors(open, limited ? Long.parseLong(limit.group(1)) : Long.MAX_VALUE);
    }

    @Override
    public Space space(Path directory) throws IOException {
        FileStore disk = Files.getFileStore(directory);
        return new Space(disk.getUsableSpace(), disk.getTotalSpace());
    }

    @Override
    public Set<Holder> holders(List<Link> links, List<InetAddress> vips) {
        return OwnerProbe.ask(links, kernel.addresses(), vips);
    }

    @Override
    public Echo echo(InetAddress address, int octets) {
        return Ping.send(address, octets);
    }

    @Override
    public Map<Canary, Answer> answers(List<Canary> canaries, List<Link> at, IntFunction<@Nullable Backend> backends) {
        return Flight.of(canaries, at, backends);
    }
}
