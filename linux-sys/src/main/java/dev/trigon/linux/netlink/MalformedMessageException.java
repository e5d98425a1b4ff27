package dev.trigon.linux.netlink;

/** A netlink message whose lengths contradict one another or the datagram they came in. */
final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedMessageException(String what) {
        super(what);
    }
}
