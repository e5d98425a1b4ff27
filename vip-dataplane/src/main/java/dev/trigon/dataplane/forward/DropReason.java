package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.wire.Flaw;

/** Why a packet was dropped: what operators see in {@code vipctl counters}. */
public enum DropReason {
    TRUNCATED("truncated", "the frame is shorter than its headers say"),
    BAD_IP_HEADER("bad-ip-header", "the IP header contradicts itself or the frame"),
    BAD_TRANSPORT_HEADER("bad-transport-header", "the TCP or UDP header contradicts itself or the packet"),
    BAD_ADDRESS(
            "bad-address", "an address that no packet has on the wire: from a group, from loopback, IPv4-mapped IPv6"),
    BAD_EXTENSION_HEADERS(
            "bad-extension-headers", "its IPv6 extension headers are too many, or contradict themselves or the packet"),
    FRAGMENT_TINY(
            "fragment-tiny", "a first fragment without its whole transport header, or one that could overwrite it"),
    TOO_LARGE("too-large", "longer than the link that it would leave by can carry, or than any packet"),
    SUPER_PACKET(
            "super-packet", "merged from several by an interface or its sender, and not TCP: nobody knows the parts"),
    FRAGMENT_OVERLAP("fragment-overlap", "a fragment of octets that came before: a duplicate, or an attack"),
    FRAGMENT_ORPHAN("fragment-orphan", "a fragment whose datagram's first fragment did not come within a second"),
    FRAGMENT_QUEUE_FULL("fragment-queue-full", "too many fragments wait for their first already"),
    PROTOCOL("protocol", "for a VIP, but none of TCP, UDP and ICMP"),
    ICMP_TYPE("icmp-type", "an ICMP message to a VIP that is neither a plain echo request nor an error"),
    ICMP_EMBEDDED("icmp-embedded", "an ICMP error that quotes no packet of the VIP"),
    ICMP_NO_FLOW("icmp-no-flow", "an ICMP error about a packet of no known flow"),
    RATE_LIMITED("rate-limited", "an echo request beyond the rate that is answered"),
    NO_SERVICE("no-service", "for a VIP, but no service has that protocol and port"),
    NO_BACKEND("no-backend", "the service has no backend that takes new flows"),
    BACKEND_GONE("backend-gone", "its connection's backend is disabled or forced out"),
    NOT_ON_SEGMENT("not-on-segment", "the backend is behind a router now, where l2dsr does not reach"),
    TTL_EXPIRED("ttl-expired", "no hop left to live (l3dsr)"),
    NEXT_HOP_UNRESOLVED("next-hop-unresolved", "the kernel found no MAC for the backend's next hop within a second"),
    NEXT_HOP_QUEUE_FULL(
            "next-hop-queue-full", "too many packets wait for that next hop already, or this one is too long to wait"),
    EGRESS_FULL("egress-full", "the interface it leaves by had no room"),
    EGRESS_DOWN("egress-down", "the interface it leaves by is down or gone"),
    EGRESS_REFUSED("egress-refused", "the kernel would not send it for another reason"),
    FAULT("fault", "a fault in vipd itself, which its log describes");

    private static final int ENXIO = 6;
    private static final int EAGAIN = 11;
    private static final int ENODEV = 19;
    private static final int EMSGSIZE = 90;
    private static final int ENETDOWN = 100;
    private static final int ENOBUFS = 105;

    private final String label;
    private final String sentence;

    DropReason(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    public String label() {
        return label;
    }

    public String sentence() {
        return sentence;
    }

    static DropReason of(Flaw flaw) {
        return switch (flaw) {
            case TRUNCATED -> TRUNCATED;
            case BAD_IP_HEADER -> BAD_IP_HEADER;
            case BAD_TRANSPORT_HEADER -> BAD_TRANSPORT_HEADER;
            case BAD_ADDRESS -> BAD_ADDRESS;
            case BAD_EXTENSION_HEADERS -> BAD_EXTENSION_HEADERS;
            case TINY_FRAGMENT -> FRAGMENT_TINY;
            case NONE -> throw new IllegalArgumentException("nothing is wrong");
        };
    }

    /** What a failed send means; errno values of Linux, asm-generic/errno.h. */
    static DropReason ofErrno(int errno) {
        return switch (errno) {
            case EMSGSIZE -> TOO_LARGE;
            case EAGAIN, ENOBUFS -> EGRESS_FULL;
            case ENETDOWN, ENXIO, ENODEV -> EGRESS_DOWN;
            default -> EGRESS_REFUSED;
        };
    }
}
