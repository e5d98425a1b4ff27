package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration asks of the kernel, in the order in which it is to be set.
 *
 * <p>ARP first: the VIP must be silent before it is there. The way back from this server's address last: it needs the VIP. The
 * kernel takes the larger of a setting's two values, of {@code all} and of the interface, so both have to be right: a larger
 * one is not always a stricter one.
 *
 * <p>All settings are IPv4's. For an IPv6 address of lo Linux answers no solicitation that comes by another interface, nor asks
 * in its name; and it has no reverse path filter for IPv6.
 */
final class Requirements {
    /** Every host has it, with this setting of the kernel's. */
    static final Sysctl RP_FILTER_OF_ALL = Sysctl.ipv4Interface("all", "rp_filter");

    /**
     * 1: answer for addresses of the interface asked; 2: that, and only within their subnet; 8: never. All of these are silent
     * for an address of lo. 3 is not, for one of global scope; the rest mean 0.
     */
    private static final Set<String> SILENT_ARP_IGNORE = Set.of("1", "2", "8");

    /** As the sender of ARP only an address of the interface itself; what is larger means 0. */
    private static final String ARP_ANNOUNCE_BEST_LOCAL = "2";

    private static final String RP_FILTER_STRICT = "1";
    private static final String RP_FILTER_LOOSE = "2";

    private Requirements() {}

    /**
     * @param own the interface's addresses; where there are none for now, the rules stay as they are
     * @param rpFilterOfAll the value of {@link #RP_FILTER_OF_ALL}
     * @param installed the rules that were installed last
     */
    static List<Requirement> of(
            Configuration configuration,
            List<InetAddress> own,
            String rpFilterOfAll,
            Map<IpFamily, InstalledRules> installed) {
        List<Requirement> requirements = new ArrayList<>();
        if (!configuration.vips(IpFamily.IPV4).isEmpty()) {
            addSettings(requirements, configuration.interfaceName(), rpFilterOfAll);
        }
        for (Vip vip : configuration.vips()) {
            requirements.add(new Requirement(new Item.VipAddress(vip.address()), Item.PRESENT::equals, Item.PRESENT));
        }
        if (configuration.forward() == ForwardMode.L3DSR) {
            for (IpFamily family : IpFamily.values()) {
                List<Vip> vips = configuration.vips(family);
                List<InetAddress> ownOfFamily =
                        own.stream().filter(it -> IpFamily.of(it) == family).toList();
                if (!vips.isEmpty() && !ownOfFamily.isEmpty()) {
                    requirements.add(
                            rules(family, RestoreTable.text(family, vips, ownOfFamily), installed.get(family)));
                }
            }
        }
        return requirements;
    }

    private static void addSettings(List<Requirement> requirements, String name, String rpFilterOfAll) {
        for (String where : List.of("all", name)) {
            requirements.add(setting(where, "arp_ignore", SILENT_ARP_IGNORE::contains, "1"));
            requirements.add(setting(where, "arp_announce", ARP_ANNOUNCE_BEST_LOCAL::equals, ARP_ANNOUNCE_BEST_LOCAL));
        }
        requirements.add(setting(name, "rp_filter", value -> !isStrict(rpFilterOfAll, value), RP_FILTER_LOOSE));
    }

    private static Requirement setting(String where, String setting, Predicate<String> holds, String target) {
        return new Requirement(new Item.Setting(Sysctl.ipv4Interface(where, setting)), holds, target);
    }

    /** The kernel takes the larger of the two, and drops by reverse path where that is 1: 0 and 2 let the VIP's packets in. */
    private static boolean isStrict(String ofAll, String ofInterface) {
        List<String> values = List.of(ofAll, ofInterface);
        return values.contains(RP_FILTER_STRICT) && !values.contains(RP_FILTER_LOOSE);
    }

    private static Requirement rules(IpFamily family, String text, @Nullable InstalledRules installed) {
        // nft lists a table in words of its own: right is what it listed when just this text had been installed
        Predicate<String> holds = listing -> installed != null
                && installed.text().equals(text)
                && installed.listing().equals(listing);
        return new Requirement(new Item.Rules(family), holds, text);
    }
}
