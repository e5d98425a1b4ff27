package dev.trigon.cli.imports;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of rules, read as ipvsadm(8) reads its command line: short options may stand together ({@code -At}), and hold their
 * value or be followed by it.
 *
 * @param options by their long names; empty where one takes no value, or was given none
 * @param rest what is no option
 */
record IpvsadmLine(Map<String, String> options, List<String> rest) {
    private static final Set<String> COMMANDS = Set.of(
            "add-service",
            "edit-service",
            "delete-service",
            "clear",
            "restore",
            "save",
            "list",
            "zero",
            "add-server",
            "edit-server",
            "delete-server",
            "set",
            "start-daemon",
            "stop-daemon");
    private static final Set<String> FLAGS = Set.of(
            "gatewaying", "ipip", "masquerading", "ipv6", "ops", "numeric", "tun-nocsum", "tun-csum", "tun-remcsum");
    private static final Set<String> WITH_VALUE = Set.of(
            "start-daemon",
            "stop-daemon",
            "tcp-service",
            "udp-service",
            "sctp-service",
            "fwmark-service",
            "scheduler",
            "pe",
            "netmask",
            "real-server",
            "weight",
            "u-threshold",
            "l-threshold",
            "sched-flags",
            "tun-type",
            "tun-port",
            "syncid",
            "sync-maxlen",
            "mcast-interface",
            "mcast-group",
            "mcast-port",
            "mcast-ttl");
    /** Its value may be left out. */
    private static final String PERSISTENT = "persistent";

    private static final Map<Character, String> SHORT = shortNames();

    private static Map<Character, String> shortNames() {
        Map<Character, String> names = new HashMap<>();
        String[] pairs = {
            "A",
            "add-service",
            "E",
            "edit-service",
            "D",
            "delete-service",
            "C",
            "clear",
            "R",
            "restore",
            "S",
            "save",
            "L",
            "list",
            "l",
            "list",
            "Z",
            "zero",
            "a",
            "add-server",
            "e",
            "edit-server",
            "d",
            "delete-server",
            "t",
            "tcp-service",
            "u",
            "udp-service",
            "f",
            "fwmark-service",
            "s",
            "scheduler",
            "p",
            PERSISTENT,
            "M",
            "netmask",
            "r",
            "real-server",
            "g",
            "gatewaying",
            "i",
            "ipip",
            "m",
            "masquerading",
            "w",
            "weight",
            "x",
            "u-threshold",
            "y",
            "l-threshold",
            "o",
            "ops",
            "b",
            "sched-flags",
            "n",
            "numeric",
            "6",
            "ipv6"
        };
        for (int i = 0; i < pairs.length; i += 2) {
            names.put(pairs[i].charAt(0), pairs[i + 1]);
        }
        return Map.copyOf(names);
    }

    static IpvsadmLine of(List<String> words) throws Misfit {
        IpvsadmLine line = new IpvsadmLine(new LinkedHashMap<>(), new ArrayList<>());
        Following rest = new Following(words);
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.startsWith("--")) {
                line.readLong(word.substring(2), rest);
            } else if (word.length() > 1 && word.startsWith("-")) {
                line.readShort(word, rest);
            } else {
                line.rest.add(word);
            }
        }
        return line;
    }

    private void readLong(String option, Following following) throws Misfit {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        if (!isKnown(name)) {
            throw unknown("--" + name);
        }
        put(name, equals < 0 ? null : option.substring(equals + 1), following);
    }

    private void readShort(String word, Following following) throws Misfit {
        for (int i = 1; i < word.length(); i++) {
            String name = SHORT.get(word.charAt(i));
            if (name == null) {
                throw unknown("-" + word.charAt(i));
            }
            String attached = word.substring(i + 1);
            if (takesValue(name) && !attached.isEmpty()) {
                put(name, attached.startsWith("=") ? attached.substring(1) : attached, following);
                return;
            }
            put(name, null, following);
        }
    }

    private void put(String name, @Nullable String attached, Following following) throws Misfit {
        String value = attached;
        if (value == null && WITH_VALUE.contains(name)) {
            if (!following.hasNext()) {
                throw new Misfit("'--" + name + "' has no value: the line is left out", "complete it");
            }
            value = following.next();
        }
        if (value == null && name.equals(PERSISTENT) && following.isValueNext()) {
            value = following.next();
        }
        if (options.put(name, value == null ? "" : value) != null) {
            throw new Misfit("'--" + name + "' is given twice: the line is left out", "keep one of them");
        }
    }

    private static boolean isKnown(String name) {
        return COMMANDS.contains(name) || FLAGS.contains(name) || takesValue(name);
    }

    private static boolean takesValue(String name) {
        return WITH_VALUE.contains(name) || name.equals(PERSISTENT);
    }

    private static Misfit unknown(String option) {
        return new Misfit(Text.quoted(option) + " is no option of a rule: the line is left out", "correct it");
    }

    /** What the line is to do; empty where it is no rule at all. */
    String command() {
        return options.keySet().stream().filter(COMMANDS::contains).findFirst().orElse("");
    }

    /** Which virtual server it is about, with its option; empty where it is about none. */
    String service() {
        for (String name : List.of("tcp-service", "udp-service", "sctp-service", "fwmark-service")) {
            String value = options.get(name);
            if (value != null) {
                return name + " " + value;
            }
        }
        return "";
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    String value(String option, String otherwise) {
        return options.getOrDefault(option, otherwise);
    }

    /** The words that are still to be read. */
    private static final class Following {
        private final Iterator<String> words;
        private @Nullable String next;

        private Following(List<String> words) {
            this.words = words.iterator();
            advance();
        }

        private void advance() {
            next = words.hasNext() ? words.next() : null;
        }

        private boolean hasNext() {
            return next != null;
        }

        private boolean isValueNext() {
            return next != null && !next.startsWith("-");
        }

        private String next() {
            String word = next == null ? "" : next;
            advance();
            return word;
        }
    }
}
