package dev.trigon.linux.packet;

import java.net.InetAddress;

/**
 * An ICMP echo reply (RFC 792; RFC 4443, section 4.2).
 *
 * @param source who it says it is from
 * @param number of the request: its identifier in the high half, its sequence number in the low one
 */
public record EchoReply(InetAddress source, int number) {}
