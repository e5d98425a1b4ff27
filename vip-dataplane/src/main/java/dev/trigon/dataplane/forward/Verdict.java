package dev.trigon.dataplane.forward;

/** What became of a packet. Each that was received has exactly one. */
public enum Verdict {
    FORWARDED("forwarded", "sent on towards a backend"),
    ANSWERED("answered", "answered by vipd itself: ARP, a neighbour solicitation, an echo request"),
    PASSED("passed", "not for a VIP, or not for this gateway: left to the kernel, which has it too"),
    WAITING(
            "waiting",
            "held now, until the kernel finds the next hop's MAC or the first fragment comes: becomes another within a second"),
    /** With a {@link DropReason}. */
    DROPPED("dropped", "given up, for one of the reasons below");

    private final String label;
    private final String sentence;

    Verdict(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    public String label() {
        return label;
    }

    public String sentence() {
        return sentence;
    }
}
