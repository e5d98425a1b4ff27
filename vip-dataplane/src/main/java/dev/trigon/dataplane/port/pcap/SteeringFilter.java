package dev.trigon.dataplane.port.pcap;

/** The capture filter, in pcap-filter(7)'s words: packets for the VIPs, ARP requests for them, and nothing else. */
final class SteeringFilter {
    /** pcap-filter has no word for "nothing"; no frame is shorter than this. */
    static final String NOTHING = "less 1";

    private SteeringFilter() {}

    static String of(int[] vips) {
        if (vips.length == 0) {
            return NOTHING;
        }
        StringBuilder anyVip = new StringBuilder();
        for (int vip : vips) {
            anyVip.append(anyVip.length() == 0 ? "" : " or ")
                    .append("dst host ")
                    .append(dotted(vip));
        }
        // arp[6:2] is the operation; 1 asks
        return "(ip and (" + anyVip + ")) or (arp and arp[6:2] = 1 and (" + anyVip + "))";
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xFF) + "." + (address >>> 8 & 0xFF) + "." + (address & 0xFF);
    }
}
