package dev.trigon.dataplane.forward;

/** What a worker counts besides verdicts. */
public enum Observed {
    CAPTURE_DROPS("capture-drops", "frames that arrived and found no room in the capture"),
    ANNOUNCEMENTS("announcements", "gratuitous ARP and unsolicited neighbour advertisements sent"),
    FLOW_CACHE_HITS("flow-cache-hits", "packets whose flow a worker's cache had"),
    FLOW_CACHE_MISSES("flow-cache-misses", "packets whose flow the flow table was asked for"),
    FLOW_CACHE_EVICTIONS("flow-cache-evictions", "flows that left a worker's cache to make room"),
    FLOW_TABLE_FULL("flow-table-full", "attempts to store a flow in a full flow table"),
    FLOWS_NOT_REMEMBERED(
            "flows-not-remembered",
            "packets of new flows placed by hash alone: beyond the rate of new flows, or with a full flow table"),
    HANDSHAKES_NOT_REMEMBERED(
            "handshakes-not-remembered", "SYNs placed by hash alone: beyond the rate that is remembered"),
    HANDSHAKES_DISPLACED("handshakes-displaced", "handshakes forgotten early to make room for others"),
    FLOWS_RECLAIMED("flows-reclaimed", "flows that were removed early because the flow table was nearly full"),
    AFFINITY_FULL("affinity-full", "clients that found no room among those whose backend is remembered"),
    FRAGMENTED_DATAGRAMS("fragmented-datagrams", "datagrams that came in fragments"),
    FRAGMENTED_DATAGRAM_EVICTIONS(
            "fragmented-datagram-evictions", "datagrams in fragments that were forgotten early to make room"),
    ICMP_ERRORS_SENT("icmp-errors-sent", "ICMP errors sent about packets that were dropped"),
    ICMP_ERRORS_SUPPRESSED("icmp-errors-suppressed", "ICMP errors that were due, beyond the rate"),
    TCP_RESETS_SENT("tcp-resets-sent", "RSTs sent to clients whose connection's backend is gone"),
    TCP_RESETS_SUPPRESSED("tcp-resets-suppressed", "RSTs that were due, beyond the rate"),
    STATE_FAULT("state-fault", "1 while the state directory fails vipd, which `vipctl status` describes; else 0");

    private final String label;
    private final String sentence;

    Observed(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }

    public String label() {
        return label;
    }
}
