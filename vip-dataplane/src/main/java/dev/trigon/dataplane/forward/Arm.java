package dev.trigon.dataplane.forward;

/**
 * One interface that VIP traffic arrives at, and the worker that has it.
 *
 * @param worker counted from 0
 * @param mac the interface's own
 * @param frameCapacity the longest frame that its MTU allows
 */
public record Arm(int worker, String interfaceName, int ifIndex, long mac, int frameCapacity) {}
