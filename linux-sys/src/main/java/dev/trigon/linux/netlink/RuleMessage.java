package dev.trigon.linux.netlink;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RTM_NEWRULE and its like; linux/fib_rules.h:
 *
 * <pre>
 * struct fib_rule_hdr {
 *     __u8  family;
 *     __u8  dst_len;
 *     __u8  src_len;
 *     __u8  tos;
 *     __u8  table;
 *     __u8  res1;
 *     __u8  res2;
 *     __u8  action;    // FR_ACT_*
 *     __u32 flags;
 * };
 *  0                   1                   2                   3
 * +---------------+---------------+---------------+---------------+
 * |    family     |    dst_len    |    src_len    |      tos      |
 * +---------------+---------------+---------------+---------------+
 * |     table     |       0       |       0       |    action     |
 * +---------------+---------------+---------------+---------------+
 * |                             flags                             |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class RuleMessage {
    static final int RTM_NEWRULE = 32;
    static final int RTM_DELRULE = 33;
    static final int RTM_GETRULE = 34;

    private static final int FAMILY_OFFSET = 0;
    private static final int TABLE_OFFSET = FAMILY_OFFSET + Integer.BYTES;
    private static final int FLAGS_OFFSET = TABLE_OFFSET + Integer.BYTES;
    private static final int LENGTH = FLAGS_OFFSET + Integer.BYTES;

    private static final int FR_ACT_TO_TBL = 1;
    /** The number is in an attribute: it may have more than eight bits. */
    private static final int RT_TABLE_UNSPEC = 0;

    private static final int FRA_IIFNAME = 3;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_TABLE = 15;
    private static final int FRA_PROTOCOL = 21;

    private RuleMessage() {}

    /** The body that asks for all rules of a family. */
    static void query(MessageBuilder message, Family family) {
        header(message, family, 0);
    }

    /** The body that adds a rule, or removes just this one. */
    static void write(MessageBuilder message, Rule rule) {
        header(message, Family.of(rule.family()), FR_ACT_TO_TBL)
                .attribute(FRA_IIFNAME, rule.inputInterface())
                .attribute(FRA_PRIORITY, rule.priority())
                .attribute(FRA_TABLE, rule.table())
                .attribute(FRA_PROTOCOL, new byte[] {(byte) rule.protocol()});
    }

    private static MessageBuilder header(MessageBuilder message, Family family, int action) {
        return message.u8(family.code())
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(RT_TABLE_UNSPEC)
                .u8(0)
                .u8(0)
                .u8(action)
                .u32(0);
    }

    /** Null for a family that is neither IPv4 nor IPv6. */
    static @Nullable Rule parse(NetlinkMessage message) {
        message.require(LENGTH);
        Family family = Family.ofCode(message.payload().get(FAMILY_OFFSET));
        if (family == null) {
            return null;
        }
        Attributes attributes = Attributes.parse(message.payload(), LENGTH);
        int shortTable = Byte.toUnsignedInt(message.payload().get(TABLE_OFFSET));
        byte[] protocol = attributes.octets(FRA_PROTOCOL);
        return new Rule(
                family.protocolFamily(),
                attributes.u32(FRA_PRIORITY, 0),
                Objects.requireNonNullElse(attributes.string(FRA_IIFNAME), ""),
                attributes.u32(FRA_TABLE, shortTable),
                protocol == null || protocol.length == 0 ? 0 : Byte.toUnsignedInt(protocol[0]));
    }
}
