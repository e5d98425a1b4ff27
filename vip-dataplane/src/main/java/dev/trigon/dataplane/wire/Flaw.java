package dev.trigon.dataplane.wire;

/** What can be wrong with a frame's octets. */
public enum Flaw {
    NONE,
    /** Shorter than the headers it claims to have. */
    TRUNCATED,
    /** An IP version, IHL or total length that contradicts itself or the frame. */
    BAD_IP_HEADER,
    /** A data offset or UDP length that contradicts itself or the packet. */
    BAD_TRANSPORT_HEADER
}
