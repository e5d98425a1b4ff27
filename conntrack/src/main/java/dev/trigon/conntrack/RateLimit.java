package dev.trigon.conntrack;

/**
 * A token bucket: so many a second on average, a tenth of a second's worth at once. Whoever answers strangers needs one, or
 * can be made to flood a third (RFC 1812, section 4.3.2.8; RFC 4443, section 2.4 (f)).
 */
public final class RateLimit {
    /** Tokens are counted in thousandths, so that a millisecond brings a whole number of them. */
    private static final long TOKEN = 1_000;

    private static final int BURSTS_PER_SECOND = 10;

    private final int perSecond;
    private final long most;
    private long tokens;
    private long filledMs;

    public RateLimit(int perSecond) {
        this.perSecond = perSecond;
        this.most = perSecond == 0 ? 0 : Math.max(TOKEN, perSecond * TOKEN / BURSTS_PER_SECOND);
        this.tokens = most;
    }

    /** Whether one more may go now; it is counted if so. */
    public boolean permits(long nowMs) {
        if (nowMs != filledMs) {
            // elapsed time is bounded before it is multiplied: the first call sees the clock's whole past
            long elapsedMs = Math.min(nowMs - filledMs, TOKEN);
            tokens = Math.min(most, tokens + elapsedMs * perSecond);
            filledMs = nowMs;
        }
        if (tokens < TOKEN) {
            return false;
        }
        tokens -= TOKEN;
        return true;
    }
}
