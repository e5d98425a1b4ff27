package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended: the payload of an NLMSG_ERROR, or of the NLMSG_DONE that ends a dump; linux/netlink.h:
 *
 * <pre>
 * struct nlmsgerr {
 *     int             error;   // 0, or -errno
 *     struct nlmsghdr msg;     // the request; its payload too, unless NLM_F_CAPPED
 *     // attributes, if NLM_F_ACK_TLVS
 * };
 * </pre>
 *
 * @param errno 0 for success
 * @param explanation the kernel's own words, where it has any
 */
record Acknowledgement(int errno, @Nullable String explanation) {
    private static final int ERROR_OFFSET = 0;
    private static final int REQUEST_OFFSET = ERROR_OFFSET + Integer.BYTES;
    private static final int ERROR_LENGTH = REQUEST_OFFSET + NetlinkMessage.HEADER_LENGTH;
    private static final int NLMSGERR_ATTR_MSG = 1;

    static Acknowledgement parseError(NetlinkMessage message) {
        message.require(ERROR_LENGTH);
        int errno = -message.payload().getInt(ERROR_OFFSET);
        if ((message.flags() & NetlinkMessage.NLM_F_ACK_TLVS) == 0) {
            return new Acknowledgement(errno, null);
        }
        boolean capped = (message.flags() & NetlinkMessage.NLM_F_CAPPED) != 0;
        int echoed = capped
                ? NetlinkMessage.HEADER_LENGTH
                : message.payload().getInt(REQUEST_OFFSET + NetlinkMessage.LENGTH_OFFSET);
        if (echoed < NetlinkMessage.HEADER_LENGTH || echoed > message.payload().limit() - REQUEST_OFFSET) {
            throw new MalformedMessageException("NLMSG_ERROR that echoes " + echoed + " octets");
        }
        Attributes attributes = Attributes.parse(message.payload(), REQUEST_OFFSET + echoed);
        return new Acknowledgement(errno, attributes.string(NLMSGERR_ATTR_MSG));
    }

    static Acknowledgement parseDone(NetlinkMessage message) {
        boolean hasError = message.payload().limit() >= Integer.BYTES;
        return new Acknowledgement(hasError ? -message.payload().getInt(ERROR_OFFSET) : 0, null);
    }

    LinuxException failure(String call) {
        return new LinuxException(explanation == null ? call : call + ", \"" + explanation + "\"", errno);
    }
}
