package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.answer.ArmAddresses;

/**
 * One interface that VIP traffic arrives at, and the worker that has it.
 *
 * @param worker counted from 0
 * @param mac the interface's own
 * @param mtu octets of IP: what is longer than this was merged from several packets
 * @param frameCapacity the longest frame that the MTU allows
 * @param addresses the gateway's own there
 */
public record Arm(
        int worker, String interfaceName, int ifIndex, long mac, int mtu, int frameCapacity, ArmAddresses addresses) {
    /** The same for a worker of this number. */
    public Arm of(int number) {
        return new Arm(number, interfaceName, ifIndex, mac, mtu, frameCapacity, addresses);
    }
}
