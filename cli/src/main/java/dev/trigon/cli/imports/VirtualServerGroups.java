package dev.trigon.cli.imports;

import com.google.common.net.InetAddresses;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a file: many addresses that have the same servers. A range is from one address to another, {@code 192.0.2.1-10},
 * {@code 192.0.2.250-192.0.3.5} or {@code 192.0.2.8/29}.
 */
final class VirtualServerGroups {
    private static final int MAX_ADDRESSES = 20_000;

    /** @param port 0: all ports */
    record Place(int line, InetAddress vip, int port) {}

    private final Map<String, List<Place>> groups = new HashMap<>();
    private final Report report;
    private int addresses;

    VirtualServerGroups(Report report) {
        this.report = report;
    }

    void read(Statement group) throws NotImported {
        List<Place> places = groups.computeIfAbsent(group.word(1), name -> new ArrayList<>());
        for (Statement entry : group.block()) {
            try {
                read(entry, places);
            } catch (Misfit e) {
                report.lost(entry.line(), e);
            }
        }
    }

    /** Null where there is no such group. */
    @Nullable
    List<Place> get(String name) {
        return groups.get(name);
    }

    private void read(Statement entry, List<Place> places) throws Misfit, NotImported {
        if (entry.keyword().equals("fwmark")) {
            NoCounterpart.fwmark(report, entry.line(), entry.word(1));
            return;
        }
        int port = entry.word(1).isEmpty() ? 0 : Text.number("the port", entry.word(1), 0, 65_535);
        BigInteger[] range = range(entry.keyword());
        boolean isIpv4 = Address.isIpv4(first(entry.keyword()));
        BigInteger next = range[0];
        while (next.compareTo(range[1]) <= 0) {
            if (++addresses > MAX_ADDRESSES) {
                throw new NotImported(
                        entry.line(),
                        "the groups have more than " + MAX_ADDRESSES + " addresses",
                        "balance fewer, or import the file in parts");
            }
            InetAddress address =
                    isIpv4 ? InetAddresses.fromIPv4BigInteger(next) : InetAddresses.fromIPv6BigInteger(next);
            places.add(new Place(entry.line(), Address.ofHost(Address.format(address)), port));
            next = next.add(BigInteger.ONE);
        }
    }

    private static InetAddress first(String text) throws Misfit {
        return Address.parse(text.replaceFirst("[-/].*", ""));
    }

    private static BigInteger[] range(String text) throws Misfit {
        InetAddress address = first(text);
        BigInteger first = InetAddresses.toBigInteger(address);
        int at = text.indexOf('-');
        int slash = text.indexOf('/');
        if (slash >= 0) {
            int width = Address.isIpv4(address) ? 32 : 128;
            int length = Text.number("the length of a network", text.substring(slash + 1), 0, width);
            BigInteger size = BigInteger.ONE.shiftLeft(width - length);
            BigInteger start = first.subtract(first.mod(size));
            return new BigInteger[] {start, start.add(size).subtract(BigInteger.ONE)};
        }
        return new BigInteger[] {first, at < 0 ? first : last(address, first, text.substring(at + 1))};
    }

    /** A whole address, or its last group of digits. */
    private static BigInteger last(InetAddress address, BigInteger first, String text) throws Misfit {
        if (text.contains(".") || text.contains(":")) {
            InetAddress last = Address.parse(text);
            if (Address.isIpv4(last) == Address.isIpv4(address)) {
                return InetAddresses.toBigInteger(last);
            }
        }
        int radix = Address.isIpv4(address) ? 10 : 16;
        if (!text.matches(radix == 10 ? "[0-9]{1,3}" : "[0-9A-Fa-f]{1,4}")) {
            throw new Misfit("the range ends with " + Text.quoted(text) + ": left out", "correct it");
        }
        BigInteger size = BigInteger.ONE.shiftLeft(radix == 10 ? 8 : 16);
        return first.subtract(first.mod(size)).add(new BigInteger(text, radix));
    }
}
