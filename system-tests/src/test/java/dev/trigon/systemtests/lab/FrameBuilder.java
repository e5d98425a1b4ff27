package dev.trigon.systemtests.lab;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One Ethernet frame as the router hands it to the gateway: for the VIP, from a stranger, with lengths and checksums that are
 * right. What is to be wrong with it is done to the octets afterwards. Built anew for each frame.
 */
public final class FrameBuilder {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMP = 1;
    public static final int ICMPV6 = 58;
    public static final int FRAGMENT = 44;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int ACK = 0x10;

    /** Where the IP header is. */
    public static final int IP_AT = 14;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86DD;
    private static final int IPV4_HEADER = 20;
    private static final int IPV4_CHECKSUM_AT = 10;
    private static final int IPV6_HEADER = 40;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_UNIT = 8;
    private static final int TCP_HEADER = 20;
    private static final int TCP_CHECKSUM_AT = 16;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM_AT = 6;
    private static final int ICMP_CHECKSUM_AT = 2;

    private final Family family;
    private final byte[] ethernet;
    private byte[] source;
    private byte[] destination;
    private int hops = 64;
    private int flagsAndOffset = DONT_FRAGMENT;
    private int identification;
    private byte[] options = {};
    private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    private int firstExtension;
    private int lastExtensionAt = -1;

    FrameBuilder(Family family, String toMac, String fromMac) {
        this.family = family;
        this.ethernet = HexFormat.of().parseHex((toMac + fromMac).replace(":", ""));
        this.source = octets(family.stranger());
        this.destination = octets(family.vip());
    }

    public FrameBuilder source(String address) {
        source = octets(address);
        return this;
    }

    public FrameBuilder destination(String address) {
        destination = octets(address);
        return this;
    }

    /** IPv4's time to live. */
    public FrameBuilder hops(int limit) {
        hops = limit;
        return this;
    }

    /** IPv4's, a multiple of four octets. */
    public FrameBuilder options(int... all) {
        options = bytes(all);
        return this;
    }

    /**
     * An extension header of IPv6, behind those that are there.
     *
     * @param rest what follows its first octet
     */
    public FrameBuilder extension(int number, int... rest) {
        if (lastExtensionAt < 0) {
            firstExtension = number;
        }
        byte[] before = extensions.toByteArray();
        if (lastExtensionAt >= 0) {
            before[lastExtensionAt] = (byte) number;
        }
        extensions.reset();
        extensions.writeBytes(before);
        lastExtensionAt = before.length;
        extensions.write(0);
        extensions.writeBytes(bytes(rest));
        return this;
    }

    /**
     * Makes it a part of a datagram.
     *
     * @param offset in octets
     */
    public FrameBuilder fragment(int id, int offset, boolean more) {
        identification = id;
        if (family == Family.IPV6) {
            int word = offset | (more ? 1 : 0);
            return extension(FRAGMENT, 0, word >>> 8, word, id >>> 24, id >>> 16, id >>> 8, id);
        }
        flagsAndOffset = (offset / FRAGMENT_UNIT) | (more ? MORE_FRAGMENTS : 0);
        return this;
    }

    public byte[] tcp(int sourcePort, int port, int flags, int payload) {
        ByteBuffer segment = ByteBuffer.allocate(TCP_HEADER + payload);
        segment.putShort((short) sourcePort).putShort((short) port).putInt(1).putInt(1);
        segment.putShort((short) (((TCP_HEADER / Integer.BYTES) << 12) | flags)).putShort((short) 1024);
        return ip(TCP, summed(TCP, segment.array(), TCP_CHECKSUM_AT));
    }

    public byte[] udp(int sourcePort, int port, int payload) {
        return ip(UDP, datagram(sourcePort, port, payload));
    }

    /** A UDP datagram without an IP header, to be sent in fragments. */
    public byte[] datagram(int sourcePort, int port, int payload) {
        ByteBuffer datagram = ByteBuffer.allocate(UDP_HEADER + payload);
        datagram.putShort((short) sourcePort).putShort((short) port).putShort((short) datagram.capacity());
        return summed(UDP, datagram.array(), UDP_CHECKSUM_AT);
    }

    /**
     * A message of this family's ICMP.
     *
     * @param body what comes behind the first eight octets
     */
    public byte[] icmp(int type, int code, byte[] body) {
        ByteBuffer message = ByteBuffer.allocate(Long.BYTES + body.length);
        message.put((byte) type).put((byte) code).position(Long.BYTES).put(body);
        int protocol = family == Family.IPV4 ? ICMP : ICMPV6;
        return ip(protocol, summed(protocol, message.array(), ICMP_CHECKSUM_AT));
    }

    /** Whatever is in it. */
    public byte[] ip(int protocol, byte[] payload) {
        return family == Family.IPV4 ? ipv4(protocol, payload) : ipv6(protocol, payload);
    }

    private byte[] ipv4(int protocol, byte[] payload) {
        int header = IPV4_HEADER + options.length;
        ByteBuffer frame = ByteBuffer.allocate(IP_AT + header + payload.length);
        frame.put(ethernet).putShort((short) ETHERTYPE_IPV4);
        frame.putShort((short) ((0x40 | (header / Integer.BYTES)) << 8)).putShort((short) (header + payload.length));
        frame.putShort((short) identification).putShort((short) flagsAndOffset);
        frame.put((byte) hops).put((byte) protocol).putShort((short) 0);
        frame.put(source).put(destination).put(options).put(payload);
        byte[] whole = frame.array();
        int sum = ~fold(sum(Arrays.copyOfRange(whole, IP_AT, IP_AT + header)));
        return frame.putShort(IP_AT + IPV4_CHECKSUM_AT, (short) sum).array();
    }

    private byte[] ipv6(int protocol, byte[] payload) {
        byte[] chain = extensions.toByteArray();
        if (lastExtensionAt >= 0) {
            chain[lastExtensionAt] = (byte) protocol;
        }
        int next = lastExtensionAt < 0 ? protocol : firstExtension;
        ByteBuffer frame = ByteBuffer.allocate(IP_AT + IPV6_HEADER + chain.length + payload.length);
        frame.put(ethernet).putShort((short) ETHERTYPE_IPV6);
        frame.putInt(0x6000_0000).putShort((short) (chain.length + payload.length));
        frame.put((byte) next).put((byte) hops).put(source).put(destination);
        return frame.put(chain).put(payload).array();
    }

    /** RFC 1071, over a pseudo-header too except in ICMP. RFC 768: 0 would say that there is no checksum. */
    private byte[] summed(int protocol, byte[] transport, int checksumAt) {
        long sum = sum(transport);
        if (protocol != ICMP) {
            sum += sum(source) + sum(destination) + protocol + transport.length;
        }
        int checksum = ~fold(sum) & 0xFFFF;
        boolean reserved = checksum == 0 && protocol == UDP;
        ByteBuffer.wrap(transport).putShort(checksumAt, (short) (reserved ? 0xFFFF : checksum));
        return transport;
    }

    private static long sum(byte[] octets) {
        long sum = 0;
        for (int i = 0; i < octets.length; i++) {
            sum += (octets[i] & 0xFFL) << (i % 2 == 0 ? Byte.SIZE : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xFFFF) {
            folded = (folded & 0xFFFF) + (folded >>> Short.SIZE);
        }
        return (int) folded;
    }

    private static byte[] bytes(int... all) {
        byte[] bytes = new byte[all.length];
        for (int i = 0; i < all.length; i++) {
            bytes[i] = (byte) all[i];
        }
        return bytes;
    }

    private static byte[] octets(String address) {
        try {
            // a literal: nobody is asked for it
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The IP packet in a frame, as an ICMP error quotes it. */
    public static byte[] packetIn(byte[] frame) {
        return Arrays.copyOfRange(frame, IP_AT, frame.length);
    }

    /** Where a frame of this family, without options and extension headers, has what IP carries. */
    public static int transportAt(Family family) {
        return IP_AT + (family == Family.IPV4 ? IPV4_HEADER : IPV6_HEADER);
    }

    /** The same frame with these octets from there on. */
    public static byte[] with(byte[] frame, int at, int... octets) {
        byte[] changed = frame.clone();
        System.arraycopy(bytes(octets), 0, changed, at, octets.length);
        return changed;
    }
}
