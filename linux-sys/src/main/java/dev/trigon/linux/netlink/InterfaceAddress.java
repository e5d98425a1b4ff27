package dev.trigon.linux.netlink;

import java.net.InetAddress;

/** An address of this host: on which interface, and with which prefix. */
public record InterfaceAddress(int ifIndex, InetAddress address, int prefixLength) {}
