package dev.trigon.conntrack;

/**
 * TCP as the gateway sees it: from the client's side only (the server's replies go past it).
 *
 * <pre>
 *              SYN                 ACK, data             FIN, RST
 *   (none)     SYN, new            ESTABLISHED           CLOSING
 *   SYN        SYN                 ESTABLISHED           CLOSING
 *   ESTAB.     ESTABLISHED         ESTABLISHED           CLOSING
 *   CLOSING    SYN, new            CLOSING               CLOSING
 * </pre>
 *
 * <ul>
 *   <li>A SYN on an established flow is a retransmission, or a port used again before the timeout: the backend stays, and
 *       answers for itself (RFC 9293, 3.10.7.4, challenge ACK).
 *   <li>A SYN on a closing flow is a connection of its own: its backend is chosen anew.
 *   <li>A packet of an unknown flow that is not a SYN belongs to a connection that is older than the flow table: it is
 *       picked up in the middle.
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

    /** Whether these flags, met on no flow at all, open a connection; if not they are picked up in its middle. */
    public static boolean opens(int flags) {
        return (flags & (SYN | ACK | FIN | RST)) == SYN;
    }

    /** Whether these flags on a flow in this state are another connection than the one it stands for. */
    public static boolean opensAnew(FlowState state, int flags) {
        return state == FlowState.CLOSING && opens(flags);
    }

    /** The state of a flow whose first packet has these flags. */
    public static FlowState first(int flags) {
        if (opens(flags)) {
            return FlowState.SYN;
        }
        return (flags & (FIN | RST)) != 0 ? FlowState.CLOSING : FlowState.ESTABLISHED;
    }

    /** The state of a flow after a packet with these flags. */
    public static FlowState next(FlowState state, int flags) {
        if ((flags & (FIN | RST)) != 0) {
            return FlowState.CLOSING;
        }
        if (opens(flags)) {
            return state == FlowState.ESTABLISHED ? FlowState.ESTABLISHED : FlowState.SYN;
        }
        return state == FlowState.CLOSING ? FlowState.CLOSING : FlowState.ESTABLISHED;
    }
}
