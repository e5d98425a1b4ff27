package dev.trigon.dataplane.forward;

/** What became of a packet. Each that was received has exactly one. */
public enum Verdict {
    /** Sent on towards a backend. */
    FORWARDED,
    /** Answered here: ARP, a neighbour solicitation, an echo request. */
    ANSWERED,
    /** Not ours: left to the kernel, which has it too. */
    PASSED,
    /** Held until the kernel has found the next hop's MAC, or the first fragment has come. Becomes one of the others within a second. */
    WAITING,
    /** Given up, with a {@link DropReason}. */
    DROPPED
}
