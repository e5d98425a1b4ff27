package dev.trigon.linux.netlink;

import java.net.ProtocolFamily;

/**
 * A policy rule: what comes in by an interface looks for its route in a table before it does in those of later rules.
 *
 * @param priority the rules with lower ones come before it; the table of own addresses has 0, the main table 32,766
 * @param inputInterface {@code lo} for what this host sends itself; empty in a rule that asks for something else
 * @param protocol who owns it: a number of one's own, 5 to 255; 0 where the kernel does not know (before Linux 4.17)
 */
public record Rule(ProtocolFamily family, int priority, String inputInterface, int table, int protocol) {
    @Override
    public String toString() {
        return family + " " + priority + ": iif " + inputInterface + " lookup " + table;
    }
}
