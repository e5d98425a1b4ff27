package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.PortRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of ports as operators write them: {@code 80}, {@code 80,443}, {@code 8000-8100}, {@code any}. */
public final class Ports {
    public static final PortRange ANY = PortRange.ALL;

    private static final Pattern ONE = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    private Ports() {}

    /** Why a list of ports is none, in words for the operator. */
    static final class BadPorts extends Exception {
        private static final long serialVersionUID = 1L;

        private final String why;
        private final String remedy;

        BadPorts(String why, String remedy) {
            super(why);
            this.why = why;
            this.remedy = remedy;
        }

        String why() {
            return why;
        }

        String remedy() {
            return remedy;
        }
    }

    /** @param items each a port, a range, or {@code any}, or several of them with commas between */
    static List<PortRange> parse(List<String> items) throws BadPorts {
        List<PortRange> ranges = new ArrayList<>();
        for (String item : items) {
            for (String part : item.split(",", -1)) {
                ranges.add(range(part.strip()));
            }
        }
        if (ranges.isEmpty()) {
            throw new BadPorts("no port is given", "give ports such as 80, 80,443, 8000-8100 or any");
        }
        ranges.sort(Comparator.comparingInt(PortRange::first));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i - 1).overlaps(ranges.get(i))) {
                throw new BadPorts(
                        "ports " + ranges.get(i - 1) + " and " + ranges.get(i) + " overlap", "name each port once");
            }
        }
        return ranges;
    }

    private static PortRange range(String text) throws BadPorts {
        if (text.equals("any")) {
            return ANY;
        }
        if (text.contains(":")) {
            throw new BadPorts(
                    "'" + text
                            + "' asks for port translation, and with direct return the server must answer from the VIP's"
                            + " own port",
                    "let the server listen on the VIP's port and give that port alone");
        }
        Matcher matcher = ONE.matcher(text);
        if (!matcher.matches()) {
            throw new BadPorts("'" + text + "' is no port", "give ports such as 80, 80,443, 8000-8100 or any");
        }
        int first = Integer.parseInt(matcher.group(1));
        int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
        if (first < 1 || last > 65_535) {
            throw new BadPorts("port " + (first < 1 ? first : last) + " is out of range", "ports are 1 to 65535");
        }
        if (first > last) {
            throw new BadPorts("the range " + text + " runs backwards", "write it as " + last + "-" + first);
        }
        return new PortRange(first, last);
    }

    /** As numbers, texts such as {@code 8000-8100}, or the one text {@code any}: what JSON and YAML hold. */
    public static List<Object> values(List<PortRange> ports) {
        List<Object> values = new ArrayList<>();
        for (PortRange range : ports) {
            if (range.equals(ANY)) {
                values.add("any");
            } else if (range.first() == range.last()) {
                values.add(range.first());
            } else {
                values.add(range.toString());
            }
        }
        return values;
    }

    public static String format(List<PortRange> ports) {
        return String.join(",", values(ports).stream().map(String::valueOf).toList());
    }
}
