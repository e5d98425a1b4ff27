package dev.trigon.dataplane.engine;

import dev.trigon.linux.Ethtool;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps NICs from changing what they receive: GRO and LRO make frames that are longer than any link takes, and what merged them
 * cannot be asked how they were cut; a tag that was taken off is told to the kernel, and AF_XDP does not pass it on. Switched off
 * while vipd runs, and put back.
 *
 * <p>What was switched off stands in a file beside the flow table before it is, so that after a kill the next vipd knows what
 * to put back when it stops. It is of one boot: the next one starts with what the system sets up.
 */
final class Offloads implements AutoCloseable {
    static final String FILE = "offloads";
    /** What is in the way of any engine, and what is in the way of AF_XDP. */
    static final List<Offload> OF_PCAP = List.of(Offload.GRO, Offload.LRO);

    static final List<Offload> OF_AF_XDP = List.of(Offload.GRO, Offload.LRO, Offload.RXVLAN);
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int ENODEV = 19;
    private static final Logger LOG = LoggerFactory.getLogger(Offloads.class);

    private record Switch(String interfaceName, Offload offload) {
        /** Interface names have no blanks. */
        String line() {
            return interfaceName + " " + offload.word();
        }

        @Override
        public String toString() {
            return offload + " on " + interfaceName;
        }
    }

    private final Ethtool ethtool;
    private final List<String> interfaces;
    private final List<Offload> unwanted;
    private final Path file;
    private final Path beside;
    /** To be put back. */
    private final Set<Switch> switchedOff = new LinkedHashSet<>();

    private final Set<Switch> impossible = new HashSet<>();

    private Offloads(Ethtool ethtool, List<String> interfaces, List<Offload> unwanted, Path directory) {
        this.ethtool = ethtool;
        this.interfaces = List.copyOf(interfaces);
        this.unwanted = unwanted;
        this.file = directory.resolve(FILE);
        this.beside = directory.resolve(FILE + ".new");
    }

    /** Switches these off on these interfaces. */
    static Offloads switchOff(List<String> interfaces, List<Offload> unwanted, Path directory) {
        Offloads offloads = new Offloads(Ethtool.open(), interfaces, unwanted, directory);
        offloads.adopt();
        offloads.check();
        return offloads;
    }

    /** What a vipd that was killed switched off. What is in nobody's way any more is put back at once. */
    private void adopt() {
        switchedOff.addAll(load());
        List<Switch> others = switchedOff.stream()
                .filter(one -> !interfaces.contains(one.interfaceName) || !unwanted.contains(one.offload))
                .toList();
        others.forEach(this::putBack);
        if (!others.isEmpty()) {
            save();
        }
    }

    /** Switches off what is on: at the start, and when somebody has switched it on again. */
    synchronized void check() {
        for (String interfaceName : interfaces) {
            for (Offload offload : unwanted) {
                check(new Switch(interfaceName, offload));
            }
        }
    }

    /** An interface that is another one now, of the same name, may be able to do what the one before could not. */
    synchronized void renew(String interfaceName) {
        impossible.removeIf(one -> one.interfaceName.equals(interfaceName));
        check();
    }

    private void check(Switch one) {
        try {
            if (impossible.contains(one) || !ethtool.isOn(one.interfaceName, one.offload)) {
                return;
            }
            boolean again = !switchedOff.add(one);
            save();
            ethtool.set(one.interfaceName, one.offload, false);
            if (ethtool.isOn(one.interfaceName, one.offload)) {
                cannot(one, "it stays on");
            } else if (again) {
                LOG.warn("{} was switched on again, and is switched off: vipd needs frames as they were sent", one);
            } else {
                LOG.info("{} is switched off until vipd stops", one);
            }
        } catch (LinuxException e) {
            if (e.errno() == ENODEV) {
                isGone(one);
            } else {
                cannot(one, String.valueOf(e.getMessage()));
            }
        }
    }

    /** With the interface went what was switched off. One of that name that comes is as the system sets it up. */
    private void isGone(Switch one) {
        if (switchedOff.remove(one)) {
            save();
        }
    }

    private void cannot(Switch one, String why) {
        if (impossible.add(one)) {
            LOG.warn(
                    "{} cannot be switched off ({}): {}; try ethtool -K {} {} off, or use another NIC",
                    one,
                    why,
                    consequence(one.offload),
                    one.interfaceName,
                    one.offload.word());
        }
        if (switchedOff.remove(one)) {
            save();
        }
    }

    private static String consequence(Offload offload) {
        return switch (offload) {
            case GRO, LRO -> "super-packets are segmented again, which costs";
            case RXVLAN -> "with af_xdp a tagged frame loses its tag";
        };
    }

    private void putBack(Switch one) {
        try {
            ethtool.set(one.interfaceName, one.offload, true);
            LOG.info("{} is on again, as it was", one);
        } catch (LinuxException e) {
            if (e.errno() != ENODEV) {
                LOG.warn("{} could not be put back: {}", one, e.getMessage());
            }
        }
        switchedOff.remove(one);
    }

    private Set<Switch> load() {
        Set<Switch> loaded = new LinkedHashSet<>();
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.get(0).equals(boot())) {
                return loaded;
            }
            for (String line : lines.subList(1, lines.size())) {
                for (Offload offload : Offload.values()) {
                    int blank = line.indexOf(' ');
                    if (blank > 0 && line.substring(blank + 1).equals(offload.word())) {
                        loaded.add(new Switch(line.substring(0, blank), offload));
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return loaded;
        } catch (IOException e) {
            LOG.warn("what was switched off before cannot be read, and stays off: {}", e.toString());
        }
        return loaded;
    }

    /** At any moment the old list or the new one, whole. */
    private void save() {
        try {
            if (switchedOff.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            StringBuilder text = new StringBuilder(boot()).append('\n');
            switchedOff.forEach(one -> text.append(one.line()).append('\n'));
            Files.writeString(beside, text);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("should vipd be killed, it will not be known what to put back: {}", e.toString());
        }
    }

    private static String boot() throws IOException {
        return Files.readString(BOOT).strip();
    }

    /** Puts back what was switched off. */
    @Override
    public synchronized void close() {
        List.copyOf(switchedOff).forEach(this::putBack);
        save();
        ethtool.close();
    }
}
