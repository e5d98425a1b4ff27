package dev.trigon.dataplane.port.pcap;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The capture filter, in pcap-filter(7)'s words: packets for the VIPs, ARP requests for them, and nothing else.
 *
 * <p>libpcap compiles in time that grows much faster than the filter, and by recursion: 512 addresses take about two
 * seconds, 3,000 overflow a thread's stack and end the process. Where there are more VIPs than it takes well, they are
 * named by prefixes, the longest that are few enough. Their neighbours then come in too, and are passed.
 */
final class SteeringFilter {
    /** pcap-filter has no word for "nothing"; no frame is shorter than this. */
    static final String NOTHING = "less 1";

    /** Compiled within a tenth of a second. */
    static final int MOST_PREFIXES = 128;

    private SteeringFilter() {}

    static String of(int[] vips) {
        if (vips.length == 0) {
            return NOTHING;
        }
        int length = Integer.SIZE;
        int[] prefixes = prefixes(vips, length);
        while (prefixes.length > MOST_PREFIXES) {
            prefixes = prefixes(vips, --length);
        }
        String word = length == Integer.SIZE ? "dst host " : "dst net ";
        String suffix = length == Integer.SIZE ? "" : "/" + length;
        String anyVip = Arrays.stream(prefixes)
                .mapToObj(prefix -> word + dotted(prefix) + suffix)
                .collect(Collectors.joining(" or "));
        // arp[6:2] is the operation; 1 asks
        return "(ip and (" + anyVip + ")) or (arp and arp[6:2] = 1 and (" + anyVip + "))";
    }

    private static int[] prefixes(int[] vips, int length) {
        int mask = length == 0 ? 0 : -1 << (Integer.SIZE - length);
        return Arrays.stream(vips).map(vip -> vip & mask).distinct().toArray();
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xFF) + "." + (address >>> 8 & 0xFF) + "." + (address & 0xFF);
    }
}
