package dev.trigon.conntrack;

/**
 * TCP as the gateway sees it: from the client's side only (the server's replies go past it).
 *
 * <pre>
 *                SYN             ACK, data       FIN         RST, credible   RST, other
 *   (none)       SYN             ESTABLISHED     CLOSING     -               -
 *   SYN          SYN             ESTABLISHED     CLOSING     SYN             SYN
 *   ESTABLISHED  ESTABLISHED     ESTABLISHED     CLOSING     CLOSED          ESTABLISHED
 *   CLOSING      SYN, anew       CLOSING         CLOSING     CLOSED          CLOSING
 *   CLOSED       SYN, anew       ESTABLISHED     CLOSING     CLOSED          CLOSED
 * </pre>
 *
 * <ul>
 *   <li>A SYN on an established flow is a retransmission, or a port used again before the timeout: the backend stays, and
 *       answers for itself (RFC 9293, 3.10.7.4, challenge ACK).
 *   <li>A SYN on a closing or closed flow is a connection of its own: its backend is chosen anew.
 *   <li>A packet of an unknown flow that is not a SYN belongs to a connection that is older than the flow table: it is
 *       picked up in the middle. An RST is not: it leaves nothing to pick up.
 *   <li>An RST is credible if its sequence number is about where the client was ({@link TcpSequence}). Others go on to the
 *       server, which looks more closely (RFC 5961, section 3), and change nothing here: whoever does not know the
 *       connection ends no flow.
 *   <li>A client that goes on after an RST did not send it: the flow is established again.
 *   <li>RST counts before FIN before SYN: no client sends them together, and a mixture must not open anything.
 * </ul>
 */
public final class TcpTracking {
    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;

    private TcpTracking() {}

    /** Whether these flags open a connection. */
    public static boolean opens(int flags) {
        return (flags & (SYN | ACK | FIN | RST)) == SYN;
    }

    public static boolean resets(int flags) {
        return (flags & RST) != 0;
    }

    /** Whether these flags on a flow in this state are another connection than the one it stands for. */
    public static boolean opensAnew(FlowState state, int flags) {
        return opens(flags) && (state == FlowState.CLOSING || state == FlowState.CLOSED);
    }

    /** The state of a flow whose first packet behind the SYN, or the first that was met, has these flags, none of them RST. */
    public static FlowState first(int flags) {
        return (flags & FIN) != 0 ? FlowState.CLOSING : FlowState.ESTABLISHED;
    }

    /**
     * The state of a flow after a packet with these flags, which do not open it anew.
     *
     * @param credible whether an RST's sequence number can be the client's
     */
    public static FlowState next(FlowState state, int flags, boolean credible) {
        if (resets(flags)) {
            return credible && state != FlowState.SYN ? FlowState.CLOSED : state;
        }
        if ((flags & FIN) != 0) {
            return FlowState.CLOSING;
        }
        if (opens(flags)) {
            return state;
        }
        return state == FlowState.CLOSING ? FlowState.CLOSING : FlowState.ESTABLISHED;
    }
}
