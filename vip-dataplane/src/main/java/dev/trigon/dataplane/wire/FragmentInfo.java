package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/** Which part of its datagram a packet is, in either family: all of it, mostly. */
final class FragmentInfo {
    /** RFC 791 and RFC 8200, section 4.5: no datagram becomes longer than its length field can say. */
    private static final int LONGEST = 0xFFFF;

    private boolean fragment;
    private int offset;
    private boolean more;
    private int octets;
    private int id;

    /** The packet is whole. */
    void clear() {
        fragment = false;
    }

    /**
     * Takes what an IPv4 header says that {@link Ipv4Header#isFragment is a fragment's}.
     *
     * @return whether such a fragment can be
     */
    boolean read(Ipv4Header header) {
        fragment = true;
        offset = header.fragmentOffset();
        more = header.moreFragments();
        octets = header.totalLength() - header.headerLength();
        id = header.identification();
        // the first fragment's header, which the datagram gets, is at least as long as this one's: RFC 791, section 3.2
        return canBe(header.headerLength());
    }

    /**
     * Takes what IPv6's fragment header says. An "atomic" fragment, the first and last of its datagram, is whole: RFC
     * 6946.
     *
     * @param payloadAt where the octets that the payload length counts start
     * @param end where they end
     * @return whether such a fragment can be
     */
    boolean read(ByteBuffer buffer, int headerAt, int payloadAt, int end) {
        offset = FragmentHeader.offset(buffer, headerAt);
        more = FragmentHeader.moreFragments(buffer, headerAt);
        fragment = more || offset != 0;
        octets = end - headerAt - FragmentHeader.LENGTH;
        id = FragmentHeader.identification(buffer, headerAt);
        return !fragment || canBe(headerAt - payloadAt);
    }

    /** A fragment carries something; unless it is the last, in whole units; and the datagram does not grow too long. */
    private boolean canBe(int octetsBefore) {
        return octets > 0
                && !(more && octets % Ipv4Header.FRAGMENT_UNIT != 0)
                && octetsBefore + offset + octets <= LONGEST;
    }

    boolean isFragment() {
        return fragment;
    }

    boolean isFirst() {
        return fragment && offset == 0;
    }

    /** Whether the transport header is somewhere else. */
    boolean isLater() {
        return fragment && offset != 0;
    }

    boolean more() {
        return fragment && more;
    }

    int offset() {
        return fragment ? offset : 0;
    }

    int octets() {
        return fragment ? octets : 0;
    }

    int id() {
        return fragment ? id : 0;
    }
}
