package dev.trigon.dataplane.service;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The services of one VIP and protocol, by port: ranges in ascending order, none overlapping, searched by halves. */
final class VipPorts {
    private final int[] first;
    private final int[] last;
    private final Service[] service;

    private VipPorts(List<Entry> entries) {
        first = entries.stream().mapToInt(e -> e.range.first()).toArray();
        last = entries.stream().mapToInt(e -> e.range.last()).toArray();
        service = entries.stream().map(Entry::service).toArray(Service[]::new);
    }

    static VipPorts of(List<Service> services, Protocol protocol) {
        List<Entry> entries = new ArrayList<>();
        for (Service s : services) {
            if (s.spec().protocol() == protocol) {
                s.spec().ports().forEach(range -> entries.add(new Entry(range, s)));
            }
        }
        entries.sort(Comparator.comparingInt(e -> e.range.first()));
        return new VipPorts(entries);
    }

    @Nullable
    Service at(int port) {
        int low = 0;
        int high = first.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (port < first[middle]) {
                high = middle - 1;
            } else if (port > last[middle]) {
                low = middle + 1;
            } else {
                return service[middle];
            }
        }
        return null;
    }

    private record Entry(PortRange range, Service service) {}
}
