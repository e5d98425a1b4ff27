package dev.trigon.conntrack;

/**
 * An IPv4 flow's five-tuple as two words, so that no object is made of it.
 *
 * <pre>
 *   addresses   63            32 31             0
 *               +---------------+---------------+
 *               |    client     |      VIP      |
 *               +---------------+---------------+
 *   ports       63      40 39  32 31   16 15    0
 *               +---------+------+-------+------+
 *               |    0    | prot | client| VIP  |
 *               +---------+------+-------+------+
 * </pre>
 *
 * No flow's ports word is 0: the protocol is not. An IPv6 flow will be five words, two for each address and this ports
 * word with its upper bits set aside for the family; its flows then live in a table and a cache of their own width beside
 * these, so that IPv4 keeps one cache line an entry.
 */
public final class FlowKey {
    public static final int TCP = 6;
    public static final int UDP = 17;

    private static final long MIX_1 = 0xBF58_476D_1CE4_E5B9L;
    private static final long MIX_2 = 0x94D0_49BB_1331_11EBL;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private FlowKey() {}

    public static long addresses(int client, int vip) {
        return ((long) client << 32) | (vip & 0xFFFF_FFFFL);
    }

    public static long ports(int protocol, int clientPort, int vipPort) {
        return ((long) (protocol & 0xFF) << 32) | ((clientPort & 0xFFFFL) << 16) | (vipPort & 0xFFFFL);
    }

    public static int client(long addresses) {
        return (int) (addresses >>> 32);
    }

    public static int vip(long addresses) {
        return (int) addresses;
    }

    public static int protocol(long ports) {
        return (int) (ports >>> 32) & 0xFF;
    }

    public static int clientPort(long ports) {
        return (int) (ports >>> 16) & 0xFFFF;
    }

    public static int vipPort(long ports) {
        return (int) ports & 0xFFFF;
    }

    /**
     * Spreads a key over 64 bits: every bit of either word changes about half of them. The finalizer is Stafford's
     * variant 13 of MurmurHash3's, as in SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
     */
    public static long hash(long addresses, long ports) {
        return mix(mix(addresses + GOLDEN) + ports);
    }

    static long mix(long word) {
        long mixed = (word ^ (word >>> 30)) * MIX_1;
        mixed = (mixed ^ (mixed >>> 27)) * MIX_2;
        return mixed ^ (mixed >>> 31);
    }
}
