package dev.trigon.dataplane.port.pcap;

import dev.trigon.linux.pcap.BpfProgram;
import dev.trigon.linux.pcap.BpfProgram.Label;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;

/**
 * The capture filter: packets for the VIPs, whatever is in them, ARP requests and neighbour solicitations for them, all of it
 * behind no, one or two tags, and nothing else.
 *
 * <p>Written for BPF's machine and not in pcap-filter(7)'s words: those say "behind a tag" only by repeating all, which is
 * beyond the 4,096 instructions that the kernel takes at 100 IPv6 VIPs, and libpcap compiles 128 VIPs in half a second,
 * with the worker waiting. Here the index register says how far the tags shift the rest, and one piece of program serves.
 *
 * <p>The kernel has taken the outer tag off before a filter sees the frame, and libpcap puts it back afterwards. So with two
 * tags there is one here; three come in as well, and are told by the packet path.
 */
final class SteeringFilter {
    /** VIPs of one family that are named each; where there are more, their neighbours come in too, and are passed. */
    static final int MOST_PREFIXES = 128;

    private static final int TYPE_OFFSET = 12;
    private static final int TAG_LENGTH = 4;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_8021Q = 0x8100;
    private static final int TYPE_8021AD = 0x88A8;

    private static final int PACKET_OFFSET = TYPE_OFFSET + Short.BYTES;
    private static final int IPV4_DESTINATION_OFFSET = PACKET_OFFSET + 16;
    private static final int ARP_OPERATION_OFFSET = PACKET_OFFSET + 6;
    private static final int ARP_TARGET_OFFSET = PACKET_OFFSET + 24;
    private static final int ARP_REQUEST = 1;
    private static final int IPV6_NEXT_HEADER_OFFSET = PACKET_OFFSET + 6;
    private static final int IPV6_DESTINATION_OFFSET = PACKET_OFFSET + 24;
    private static final int IPV6_PAYLOAD_OFFSET = PACKET_OFFSET + 40;
    private static final int ICMPV6 = 58;
    private static final int NEIGHBOR_SOLICITATION = 135;
    /** RFC 4291, section 2.7.1: ff02::1:ff00:0/104, and the address's last 24 bits. */
    private static final int[] SOLICITED_NODE = {0xFF02_0000, 0, 1, 0xFF00_0000};

    private static final int LAST_24_BITS = 0xFF_FFFF;

    private final BpfProgram program = new BpfProgram();
    private final List<IntBuffer> ipv4;
    private final List<IntBuffer> ipv6;

    private SteeringFilter(List<InetAddress> vips) {
        ipv4 = vips.stream()
                .filter(Inet4Address.class::isInstance)
                .map(SteeringFilter::words)
                .toList();
        ipv6 = vips.stream()
                .filter(vip -> !(vip instanceof Inet4Address))
                .map(SteeringFilter::words)
                .toList();
    }

    private static IntBuffer words(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).asIntBuffer();
    }

    /** For frames of up to so many octets. */
    static BpfProgram upTo(int octets, List<InetAddress> vips) {
        SteeringFilter filter = new SteeringFilter(vips);
        filter.program.loadLength().rejectIfGreater(octets);
        return filter.build();
    }

    /** For longer frames. */
    static BpfProgram longerThan(int octets, List<InetAddress> vips) {
        SteeringFilter filter = new SteeringFilter(vips);
        filter.program.loadLength().rejectUnlessGreater(octets);
        return filter.build();
    }

    static BpfProgram nothing() {
        return new BpfProgram().reject();
    }

    private BpfProgram build() {
        if (ipv4.isEmpty() && ipv6.isEmpty()) {
            return nothing();
        }
        Label arp = new Label();
        Label isIpv6 = new Label();
        Label isIpv4 = new Label();
        Label vip = new Label();
        findType();
        program.jumpIfEqual(TYPE_IPV4, isIpv4)
                .jumpIfEqual(TYPE_IPV6, isIpv6)
                .jumpIfEqual(TYPE_ARP, arp)
                .reject();
        program.place(arp)
                .loadHalfAtIndex(ARP_OPERATION_OFFSET)
                .rejectUnlessEqual(ARP_REQUEST)
                .loadWordAtIndex(ARP_TARGET_OFFSET)
                .jump(vip);
        program.place(isIpv4).loadWordAtIndex(IPV4_DESTINATION_OFFSET);
        program.place(vip);
        acceptWord(Prefixes.of(ipv4, MOST_PREFIXES));
        program.reject();
        program.place(isIpv6);
        acceptSolicitations();
        acceptAddress(Prefixes.of(ipv6, MOST_PREFIXES));
        return program.reject();
    }

    /** Leaves the type behind the tags in the accumulator, and the tags' octets in the index register. */
    private void findType() {
        Label found = new Label();
        program.index(0).loadHalf(TYPE_OFFSET);
        for (int tags = TAG_LENGTH; tags <= 2 * TAG_LENGTH; tags += TAG_LENGTH) {
            Label tagged = new Label();
            program.jumpIfEqual(TYPE_8021Q, tagged)
                    .jumpUnlessEqual(TYPE_8021AD, found)
                    .place(tagged)
                    .index(tags)
                    .loadHalfAtIndex(TYPE_OFFSET);
        }
        program.place(found);
    }

    private void acceptWord(Prefixes prefixes) {
        if (prefixes.values().isEmpty()) {
            return;
        }
        program.and(prefixes.mask().get(0));
        prefixes.values().forEach(value -> program.acceptIfEqual(value.get(0)));
    }

    private void acceptSolicitations() {
        Label other = new Label();
        program.loadOctetAtIndex(IPV6_NEXT_HEADER_OFFSET)
                .jumpUnlessEqual(ICMPV6, other)
                .loadOctetAtIndex(IPV6_PAYLOAD_OFFSET)
                .jumpUnlessEqual(NEIGHBOR_SOLICITATION, other);
        int last = SOLICITED_NODE.length - 1;
        for (int word = 0; word < last; word++) {
            program.loadWordAtIndex(wordAt(word)).jumpUnlessEqual(SOLICITED_NODE[word], other);
        }
        program.loadWordAtIndex(wordAt(last));
        List<IntBuffer> groups = ipv6.stream()
                .map(vip -> IntBuffer.wrap(new int[] {SOLICITED_NODE[last] | (vip.get(last) & LAST_24_BITS)}))
                .toList();
        acceptWord(Prefixes.of(groups, MOST_PREFIXES));
        program.reject().place(other);
    }

    /** The last word first: there addresses differ. */
    private void acceptAddress(Prefixes prefixes) {
        for (IntBuffer value : prefixes.values()) {
            Label next = new Label();
            for (int word = value.limit() - 1; word >= 0; word--) {
                int mask = prefixes.mask().get(word);
                if (mask != 0) {
                    program.loadWordAtIndex(wordAt(word));
                    if (mask != -1) {
                        program.and(mask);
                    }
                    program.jumpUnlessEqual(value.get(word), next);
                }
            }
            program.accept().place(next);
        }
    }

    private static int wordAt(int word) {
        return IPV6_DESTINATION_OFFSET + word * Integer.BYTES;
    }
}
