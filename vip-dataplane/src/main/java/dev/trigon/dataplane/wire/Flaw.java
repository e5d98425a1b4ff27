package dev.trigon.dataplane.wire;

/** What can be wrong with a frame's octets. */
public enum Flaw {
    NONE,
    /** Shorter than the headers it claims to have. */
    TRUNCATED,
    /** An IP version, IHL or total length that contradicts itself or the frame. */
    BAD_IP_HEADER,
    /** A data offset or UDP length that contradicts itself or the packet. */
    BAD_TRANSPORT_HEADER,
    /** Addresses that no packet has on the wire: an IPv4-mapped one in IPv6 (RFC 4291, section 2.5.5.2). */
    BAD_ADDRESS,
    /** More IPv6 extension headers than anybody sends, or one that contradicts itself or the packet. */
    BAD_EXTENSION_HEADERS,
    /** A first fragment without its whole transport header, or one that could overwrite it: RFC 1858, RFC 3128, RFC 7112. */
    TINY_FRAGMENT
}
