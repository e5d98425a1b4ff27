package dev.trigon.dataplane.health.path;

/** What became of a packet that the gateway itself sent to a VIP. */
public enum Passage {
    DELIVERED("check-delivered", "a check's packet, sent to its backend as a client's would be"),
    UNREGISTERED("check-unregistered", "of no check that goes on: sent to a VIP by another program of this gateway"),
    MALFORMED("check-malformed", "no whole packet of TCP, UDP or ICMP"),
    NO_BACKEND("check-no-backend", "of a backend that is configured no more"),
    NO_NEXT_HOP("check-no-next-hop", "the kernel knows no MAC for the backend's next hop, and is asking"),
    NOT_ON_SEGMENT("check-not-on-segment", "the backend is behind a router, where l2dsr does not reach"),
    TOO_LARGE("check-too-large", "longer than the link that it would leave by can carry"),
    REFUSED("check-refused", "the kernel would not send it");

    private final String label;
    private final String sentence;

    Passage(String label, String sentence) {
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
