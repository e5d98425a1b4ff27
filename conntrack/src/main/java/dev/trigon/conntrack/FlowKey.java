package dev.trigon.conntrack;

/**
 * A flow's five-tuple in five words, for both families: mutable, made once and used again, so that no packet makes an
 * object. An IPv4 address is held as IPv6 maps it, {@code ::ffff:a.b.c.d} (RFC 4291, section 2.5.5.2): its high word is 0.
 *
 * <pre>
 *   63                              0 63                              0
 *   +--------------------------------+--------------------------------+
 *   |          client, high          |          client, low           |
 *   +--------------------------------+--------------------------------+
 *   |            VIP, high           |            VIP, low            |
 *   +---------+-+------+-------+-----+--------------------------------+
 *   |    0    |6| prot | client| VIP |   ports
 *   +---------+-+------+-------+-----+
 *   63      41 40 39 32 31   16 15  0
 * </pre>
 *
 * Bit 40 of the ports word is set in an IPv6 flow. Where it is clear both high words are 0, and the low words and the ports
 * say all. No flow's ports word is 0: no protocol over IPv4 is.
 */
public final class FlowKey {
    public static final int TCP = 6;
    public static final int UDP = 17;

    static final long IPV6 = 1L << 40;

    private static final int PROTOCOL_SHIFT = 32;
    private static final int CLIENT_PORT_SHIFT = 16;
    private static final int IPV4_BITS = 32;
    private static final long MAPPED = 0xFFFF;

    private static final long MIX_1 = 0xBF58_476D_1CE4_E5B9L;
    private static final long MIX_2 = 0x94D0_49BB_1331_11EBL;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private long clientHigh;
    private long clientLow;
    private long vipHigh;
    private long vipLow;
    private long ports;
    private long hash;

    public FlowKey set(
            long clientHigh, long clientLow, long vipHigh, long vipLow, int protocol, int clientPort, int vipPort) {
        long ports = ((protocol & 0xFFL) << PROTOCOL_SHIFT)
                | ((clientPort & 0xFFFFL) << CLIENT_PORT_SHIFT)
                | (vipPort & 0xFFFFL);
        return words(
                clientHigh,
                clientLow,
                vipHigh,
                vipLow,
                isIpv4(clientHigh, clientLow, vipHigh, vipLow) ? ports : ports | IPV6);
    }

    /** Sets it to words that were some key's. */
    FlowKey words(long clientHigh, long clientLow, long vipHigh, long vipLow, long ports) {
        this.clientHigh = clientHigh;
        this.clientLow = clientLow;
        this.vipHigh = vipHigh;
        this.vipLow = vipLow;
        this.ports = ports;
        hash = hash(clientHigh, clientLow, vipHigh, vipLow, ports);
        return this;
    }

    public long clientHigh() {
        return clientHigh;
    }

    public long clientLow() {
        return clientLow;
    }

    public long vipHigh() {
        return vipHigh;
    }

    public long vipLow() {
        return vipLow;
    }

    /** Protocol, ports and family; see the class comment. */
    long ports() {
        return ports;
    }

    public boolean isIpv6() {
        return (ports & IPV6) != 0;
    }

    public int protocol() {
        return (int) (ports >>> PROTOCOL_SHIFT) & 0xFF;
    }

    public int clientPort() {
        return (int) (ports >>> CLIENT_PORT_SHIFT) & 0xFFFF;
    }

    public int vipPort() {
        return (int) ports & 0xFFFF;
    }

    /** The key spread over 64 bits: every bit of it changes about half of them. */
    public long hash() {
        return hash;
    }

    /** Whether the family the ports word tells is the one the addresses are of. */
    static boolean isConsistent(long clientHigh, long clientLow, long vipHigh, long vipLow, long ports) {
        return isIpv4(clientHigh, clientLow, vipHigh, vipLow) == ((ports & IPV6) == 0);
    }

    private static boolean isIpv4(long clientHigh, long clientLow, long vipHigh, long vipLow) {
        return (clientHigh | vipHigh) == 0 && clientLow >>> IPV4_BITS == MAPPED && vipLow >>> IPV4_BITS == MAPPED;
    }

    /**
     * Two rounds for IPv4, whose addresses fit one word, five for IPv6. IPv4's is what it was before there was IPv6: a
     * service that is balanced by hash keeps its servers across the upgrade.
     */
    static long hash(long clientHigh, long clientLow, long vipHigh, long vipLow, long ports) {
        if ((ports & IPV6) == 0) {
            long addresses = (clientLow << IPV4_BITS) | Integer.toUnsignedLong((int) vipLow);
            return mix(mix(addresses + GOLDEN) + ports);
        }
        long client = mix(mix(clientHigh + GOLDEN) + clientLow);
        return mix(mix(mix(client + vipHigh) + vipLow) + ports);
    }

    /** The finalizer is Stafford's variant 13 of MurmurHash3's, as in SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
    static long mix(long word) {
        long mixed = (word ^ (word >>> 30)) * MIX_1;
        mixed = (mixed ^ (mixed >>> 27)) * MIX_2;
        return mixed ^ (mixed >>> 31);
    }
}
