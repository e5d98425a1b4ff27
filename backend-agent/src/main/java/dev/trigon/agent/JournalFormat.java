package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A journal as properties:
 *
 * <pre>
 * version=1
 * vips=203.0.113.10,2001:db8:f::10
 * forward=l3dsr
 * dscp=1,2                              0 in l2dsr
 * interface=eth0
 * before.sysctl/net.ipv4.conf.all.arp_ignore=0
 * changed.sysctl/net.ipv4.conf.all.arp_ignore=true
 * rules.text=table ip trigon_agent …    what was given to nft, and what it listed then
 * rules.listing=table ip trigon_agent …
 * rules6.text=table ip6 trigon_agent …
 * rules6.listing=table ip6 trigon_agent …
 * </pre>
 */
final class JournalFormat {
    private static final String VERSION = "version";
    private static final String CURRENT_VERSION = "1";
    private static final String VIPS = "vips";
    private static final String FORWARD = "forward";
    private static final String DSCP = "dscp";
    private static final String INTERFACE = "interface";
    private static final String BEFORE = "before.";
    private static final String CHANGED = "changed.";
    private static final Map<IpFamily, String> RULES = Map.of(IpFamily.IPV4, "rules", IpFamily.IPV6, "rules6");
    private static final String TEXT = ".text";
    private static final String LISTING = ".listing";

    /** In the order in which they are set: {@link Requirements}. */
    private static final List<String> KINDS =
            List.of(Item.Setting.KIND, Item.VipAddress.KIND, Item.Rules.KIND, Item.Rules.KIND_IPV6);

    private JournalFormat() {}

    static Properties write(Journal journal) {
        Properties properties = new Properties();
        List<Vip> vips = journal.configuration().vips();
        properties.setProperty(VERSION, CURRENT_VERSION);
        properties.setProperty(VIPS, vips.stream().map(Vip::text).collect(Collectors.joining(",")));
        properties.setProperty(
                DSCP, vips.stream().map(vip -> String.valueOf(vip.dscp())).collect(Collectors.joining(",")));
        properties.setProperty(FORWARD, journal.configuration().forward().toString());
        properties.setProperty(INTERFACE, journal.configuration().interfaceName());
        journal.entries().forEach((item, entry) -> {
            properties.setProperty(BEFORE + item.id(), entry.before());
            properties.setProperty(CHANGED + item.id(), String.valueOf(entry.changed()));
        });
        journal.installed().forEach((family, rules) -> {
            properties.setProperty(RULES.get(family) + TEXT, rules.text());
            properties.setProperty(RULES.get(family) + LISTING, rules.listing());
        });
        return properties;
    }

    /** @throws IllegalArgumentException for what no agent of this version wrote */
    static Journal read(Properties properties) {
        String version = required(properties, VERSION);
        if (!version.equals(CURRENT_VERSION)) {
            throw new IllegalArgumentException("version " + version + ", not " + CURRENT_VERSION);
        }
        return new Journal(configuration(properties), entries(properties), installed(properties));
    }

    private static Configuration configuration(Properties properties) {
        List<String> addresses = List.of(required(properties, VIPS).split(",", -1));
        List<String> codes = List.of(required(properties, DSCP).split(",", -1));
        if (addresses.size() != codes.size()) {
            throw new IllegalArgumentException(addresses.size() + " VIPs with " + codes.size() + " DSCP codes");
        }
        List<Vip> vips = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            vips.add(new Vip(IpLiteral.parse(addresses.get(i)), Integer.parseInt(codes.get(i))));
        }
        ForwardMode forward = ForwardMode.parse(required(properties, FORWARD));
        return new Configuration(vips, forward, required(properties, INTERFACE));
    }

    private static Map<Item, Journal.Entry> entries(Properties properties) {
        Map<Item, Journal.Entry> entries = new LinkedHashMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(BEFORE))
                .map(name -> name.substring(BEFORE.length()))
                .sorted(Comparator.comparingInt(JournalFormat::rank).thenComparing(Comparator.naturalOrder()))
                .forEach(id -> entries.put(
                        item(id),
                        new Journal.Entry(
                                required(properties, BEFORE + id),
                                Boolean.parseBoolean(required(properties, CHANGED + id)))));
        return entries;
    }

    private static int rank(String id) {
        return KINDS.indexOf(id.substring(0, Math.max(0, id.indexOf('/'))));
    }

    private static Item item(String id) {
        String name = id.substring(id.indexOf('/') + 1);
        return switch (rank(id)) {
            case 0 -> new Item.Setting(Sysctl.parse(name));
            case 1 -> new Item.VipAddress(IpLiteral.parse(name));
            case 2 -> new Item.Rules(IpFamily.IPV4);
            case 3 -> new Item.Rules(IpFamily.IPV6);
            default -> throw new IllegalArgumentException("unknown entry " + id);
        };
    }

    private static Map<IpFamily, InstalledRules> installed(Properties properties) {
        Map<IpFamily, InstalledRules> installed = new EnumMap<>(IpFamily.class);
        RULES.forEach((family, name) -> {
            String text = properties.getProperty(name + TEXT);
            if (text != null) {
                installed.put(family, new InstalledRules(text, required(properties, name + LISTING)));
            }
        });
        return installed;
    }

    private static String required(Properties properties, String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("no entry " + name);
        }
        return value;
    }
}
