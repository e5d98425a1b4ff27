package dev.trigon.linux.packet;

import java.net.InetAddress;

/** An ICMP echo reply: who it says it is from, and what it answers (RFC 792; RFC 4443, section 4.2). */
public record EchoReply(InetAddress source, int identifier, int sequence) {}
