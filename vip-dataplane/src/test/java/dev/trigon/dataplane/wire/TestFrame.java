package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds Ethernet frames with IP of either family and TCP, UDP or ICMP from scratch: nothing here is the code under test.
 * IPv4 it is until an address is IPv6's.
 */
public final class TestFrame {
    public static final long CLIENT_MAC = 0x0200_0000_0001L;
    public static final long GATEWAY_MAC = 0x0200_0000_0002L;
    public static final int ETHERNET = 14;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;

    /** What stands in the transport's checksum field. */
    public enum Sum {
        /** What belongs there. */
        FULL,
        /** The pseudo-header's sum alone, as a sender with checksum offload leaves it. */
        PARTIAL,
        /** 0: in UDP, no checksum. */
        ZERO
    }

    private final int protocol;
    private boolean v6;
    private long destinationMac = GATEWAY_MAC;
    private long sourceMac = CLIENT_MAC;
    private final List<byte[]> tags = new ArrayList<>();
    private int trafficClass;
    private int flowLabel;
    private int fragment = DONT_FRAGMENT;
    private int id = 0x1234;
    private int ttl = 64;
    private byte[] source = Octets.address("198.51.100.10");
    private byte[] destination = Octets.address("203.0.113.10");
    private int sourcePort = 40_000;
    private int destinationPort = 80;
    private int flags = TcpHeader.ACK;
    private byte[] ipOptions = {};
    private final List<Extension> extensions = new ArrayList<>();
    private byte[] tcpOptions = {};
    private byte[] icmpHeader = {};
    private byte[] payload = {};
    private Sum sum = Sum.FULL;
    private int sumOffBy;
    private int ipSumOffBy;
    private int padTo;

    private TestFrame(int protocol) {
        this.protocol = protocol;
    }

    public static TestFrame tcp() {
        return new TestFrame(TCP);
    }

    public static TestFrame udp() {
        return new TestFrame(UDP);
    }

    /** Another protocol, with a payload of 8 octets. */
    public static TestFrame ip(int protocol) {
        return new TestFrame(protocol).payload(new byte[8]);
    }

    /** ICMP, or in IPv6 ICMPv6; the last word of its header is what it is in this message. */
    public static TestFrame icmp(int type, int code, int word) {
        TestFrame frame = new TestFrame(ICMP);
        frame.icmpHeader = ByteBuffer.allocate(8)
                .put((byte) type)
                .put((byte) code)
                .putShort((short) 0)
                .putInt(word)
                .array();
        return frame;
    }

    public static TestFrame echoRequest(int identifier, int sequence) {
        return icmp(8, 0, identifier << 16 | sequence);
    }

    public static TestFrame echoRequest6(int identifier, int sequence) {
        return icmp(128, 0, identifier << 16 | sequence).ipv6();
    }

    /** An error about a packet, of which it has so many octets from the IP header on: at most all. */
    public static TestFrame icmpError(int type, int code, int word, TestFrame about, int octets) {
        byte[] packet = about.packet();
        TestFrame frame = icmp(type, code, word).payload(Arrays.copyOf(packet, Math.min(octets, packet.length)));
        return about.v6 ? frame.ipv6() : frame;
    }

    /** From a client that looks for an address, with options behind the target. */
    public static TestFrame neighborSolicitation(String target, byte... options) {
        byte[] address = Octets.address(target);
        byte[] group = Octets.address("ff02::1:ff00:0");
        System.arraycopy(address, 13, group, 13, 3);
        ByteBuffer body = ByteBuffer.allocate(address.length + options.length)
                .put(address)
                .put(options);
        TestFrame frame = icmp(135, 0, 0).ipv6().ttl(255).payload(body.array());
        frame.destination = group;
        return frame.toMac(0x3333_0000_0000L | (ByteBuffer.wrap(group).getInt(12) & 0xFFFF_FFFFL));
    }

    /** A link-layer address option: RFC 4861, section 4.6.1. */
    public static byte[] linkLayerOption(int type, long mac) {
        byte[] option = ByteBuffer.allocate(8).putLong(mac).array();
        option[0] = (byte) type;
        option[1] = 1;
        return option;
    }

    public TestFrame toMac(long mac) {
        destinationMac = mac;
        return this;
    }

    public TestFrame fromMac(long mac) {
        sourceMac = mac;
        return this;
    }

    /** Another tag, inside those there are: 0x8100 or 0x88A8, and what it says. */
    public TestFrame tag(int etherType, int control) {
        tags.add(new byte[] {(byte) (etherType >>> 8), (byte) etherType, (byte) (control >>> 8), (byte) control});
        return this;
    }

    /** IPv6, between a client and a VIP of its own. */
    public TestFrame ipv6() {
        if (!v6) {
            source = Octets.address("2001:db8:c::10");
            destination = Octets.address("2001:db8:f::10");
            v6 = true;
        }
        return this;
    }

    public TestFrame trafficClass(int value) {
        trafficClass = value;
        return this;
    }

    public TestFrame flowLabel(int label) {
        flowLabel = label;
        return this;
    }

    /** IPv4's flags and offset: 0x4000 is "don't fragment", 0x2000 "more fragments". */
    public TestFrame fragment(int flagsAndOffset) {
        fragment = flagsAndOffset;
        return this;
    }

    /**
     * A fragment from there, of either family. One that is not the last is filled up to a multiple of eight octets, as
     * every such fragment is.
     *
     * @param offset in octets
     */
    public TestFrame fragment(int offset, boolean more, int identification) {
        id = identification;
        fragment = offset / 8 | (more ? MORE_FRAGMENTS : 0);
        return v6 ? extension(Extension.fragment(offset, more, identification)) : this;
    }

    /** What an IPv4 header has as identification. */
    public TestFrame identification(int identification) {
        id = identification;
        return this;
    }

    /** IPv6's hop limit as well. */
    public TestFrame ttl(int hops) {
        ttl = hops;
        return this;
    }

    /** What l3dsr makes of it, on the way to this server: another address and DSCP, a hop less, and all sums as they were. */
    public TestFrame redirected(String server, int dscp) {
        ttl--;
        trafficClass = dscp << 2 | (trafficClass & 3);
        return to(server, destinationPort);
    }

    public TestFrame from(String address, int port) {
        return from(Octets.address(address), port);
    }

    public TestFrame from(int address, int port) {
        return from(ByteBuffer.allocate(4).putInt(address).array(), port);
    }

    public TestFrame from(byte[] address, int port) {
        family(address);
        source = address;
        sourcePort = port;
        return this;
    }

    public TestFrame to(String address, int port) {
        return to(Octets.address(address), port);
    }

    public TestFrame to(int address, int port) {
        return to(ByteBuffer.allocate(4).putInt(address).array(), port);
    }

    public TestFrame to(byte[] address, int port) {
        family(address);
        destination = address;
        destinationPort = port;
        return this;
    }

    private void family(byte[] address) {
        if (address.length == 16) {
            ipv6();
        } else if (v6) {
            throw new IllegalArgumentException("an IPv4 address in IPv6");
        }
    }

    public TestFrame flags(int tcpFlags) {
        flags = tcpFlags;
        return this;
    }

    public TestFrame ipOptions(byte[] options) {
        ipOptions = options;
        return this;
    }

    /** Another IPv6 extension header, behind those there are. */
    public TestFrame extension(Extension header) {
        extensions.add(header);
        return this;
    }

    public TestFrame tcpOptions(byte[] options) {
        tcpOptions = options;
        return this;
    }

    public TestFrame payload(byte[] octets) {
        payload = octets;
        return this;
    }

    public TestFrame sum(Sum kind) {
        sum = kind;
        return this;
    }

    public TestFrame sumOffBy(int amount) {
        sumOffBy = amount;
        return this;
    }

    public TestFrame ipSumOffBy(int amount) {
        ipSumOffBy = amount;
        return this;
    }

    /** Fills the frame up with junk, as a sender may. */
    public TestFrame padTo(int octets) {
        padTo = octets;
        return this;
    }

    /** Where the IP header is in the frame. */
    public int ipAt() {
        return ETHERNET + 4 * tags.size();
    }

    /** Octets before the transport header: options and extension headers too. */
    public int ipHeaderLength() {
        int length = v6 ? 40 : 20 + ipOptions.length;
        for (Extension extension : extensions) {
            length += extension.octets().length;
        }
        return length;
    }

    public int transportAt() {
        return ipAt() + ipHeaderLength();
    }

    private int protocolNumber() {
        return v6 && icmpHeader.length > 0 ? ICMPV6 : protocol;
    }

    public byte[] build() {
        return frame(packet());
    }

    /** The IP packet, without a frame around it. */
    public byte[] packet() {
        return packet(extensions, protocolNumber(), transport(), fragment);
    }

    /**
     * The whole datagram in fragments of at most so many octets, a multiple of eight, each in a frame of its own. Behind
     * IPv6's fragment header are those extension headers that are for the destination.
     */
    public List<byte[]> fragments(int octets) {
        List<Extension> before =
                extensions.stream().filter(Extension::isPerFragment).toList();
        List<Extension> behind =
                extensions.stream().filter(e -> !e.isPerFragment()).toList();
        byte[] body = v6 ? chained(behind, protocolNumber(), transport()) : transport();
        int carried = behind.isEmpty() ? protocolNumber() : behind.get(0).number();
        List<byte[]> frames = new ArrayList<>();
        for (int offset = 0; offset < body.length; offset += octets) {
            boolean more = offset + octets < body.length;
            byte[] part = Arrays.copyOfRange(body, offset, Math.min(body.length, offset + octets));
            List<Extension> chain = new ArrayList<>(before);
            if (v6) {
                chain.add(Extension.fragment(offset, more, id));
            }
            frames.add(frame(packet(chain, carried, part, offset / 8 | (more ? MORE_FRAGMENTS : 0))));
        }
        return frames;
    }

    private List<Extension> behindFragmentHeader() {
        return extensions.stream().filter(e -> !e.isPerFragment()).toList();
    }

    private byte[] fragmentable() {
        return v6 ? chained(behindFragmentHeader(), protocolNumber(), transport()) : transport();
    }

    /** How many octets {@link #fragments} divides. */
    public int fragmentableOctets() {
        return fragmentable().length;
    }

    private byte[] frame(byte[] packet) {
        byte[] frame = new byte[Math.max(padTo, ipAt() + packet.length)];
        Arrays.fill(frame, Octets.JUNK);
        ByteBuffer out = ByteBuffer.wrap(frame);
        out.putShort((short) (destinationMac >>> 32)).putInt((int) destinationMac);
        out.putShort((short) (sourceMac >>> 32)).putInt((int) sourceMac);
        tags.forEach(out::put);
        out.putShort((short) (v6 ? 0x86DD : 0x0800)).put(packet);
        return frame;
    }

    private byte[] packet(List<Extension> chain, int upper, byte[] body, int flagsAndOffset) {
        return v6 ? ipv6Packet(chain, upper, body) : ipv4Packet(body, flagsAndOffset);
    }

    private byte[] ipv4Packet(byte[] body, int flagsAndOffset) {
        int headerLength = 20 + ipOptions.length;
        byte[] packet = new byte[headerLength + body.length];
        ByteBuffer out = ByteBuffer.wrap(packet);
        out.put((byte) (0x40 | headerLength / 4)).put((byte) trafficClass).putShort((short) packet.length);
        out.putShort((short) id).putShort((short) flagsAndOffset);
        out.put((byte) ttl).put((byte) protocol).putShort((short) 0);
        out.put(source).put(destination).put(ipOptions).put(body);
        int ipSum = ~ReferenceChecksum.sum(packet, 0, headerLength, 0) & 0xFFFF;
        out.putShort(10, (short) ReferenceChecksum.add(ipSum, ipSumOffBy));
        return packet;
    }

    private byte[] ipv6Packet(List<Extension> chain, int upper, byte[] body) {
        byte[] behind = chained(chain, upper, body);
        ByteBuffer out = ByteBuffer.allocate(40 + behind.length);
        out.putInt(6 << 28 | trafficClass << 20 | flowLabel).putShort((short) behind.length);
        out.put((byte) (chain.isEmpty() ? upper : chain.get(0).number())).put((byte) ttl);
        return out.put(source).put(destination).put(behind).array();
    }

    /** Extension headers, each with the number of the next, before a body. */
    private static byte[] chained(List<Extension> chain, int upper, byte[] body) {
        int length = chain.stream().mapToInt(e -> e.octets().length).sum();
        ByteBuffer out = ByteBuffer.allocate(length + body.length);
        for (int i = 0; i < chain.size(); i++) {
            byte[] header = chain.get(i).octets().clone();
            header[0] = (byte) (i + 1 < chain.size() ? chain.get(i + 1).number() : upper);
            out.put(header);
        }
        return out.put(body).array();
    }

    /** Header and payload, summed up with the pseudo-header of this frame. */
    private byte[] transport() {
        byte[] header = switch (protocol) {
            case TCP -> new byte[20 + tcpOptions.length];
            case UDP -> new byte[8];
            default -> icmpHeader;
        };
        int length = header.length + payload.length;
        boolean last = (fragment & MORE_FRAGMENTS) == 0;
        byte[] transport = new byte[last ? length : (length + 7) / 8 * 8];
        ByteBuffer out = ByteBuffer.wrap(transport);
        if (protocol == TCP) {
            out.putShort((short) sourcePort).putShort((short) destinationPort);
            out.putInt(0x1111_2222).putInt(0x3333_4444);
            out.put((byte) ((header.length / 4) << 4)).put((byte) flags).putShort((short) 0xFFFF);
            out.putInt(0).put(tcpOptions);
        } else if (protocol == UDP) {
            out.putShort((short) sourcePort).putShort((short) destinationPort);
            out.putShort((short) transport.length).putShort((short) 0);
        } else {
            out.put(icmpHeader);
        }
        out.put(payload);
        if (header.length > 0 && sum != Sum.ZERO) {
            out.putShort(sumOffset(), (short) ReferenceChecksum.add(sumOf(transport), sumOffBy));
        }
        return transport;
    }

    private int sumOf(byte[] transport) {
        int begun = 0;
        if (v6 || icmpHeader.length == 0) {
            begun = ReferenceChecksum.sum(source, 0, source.length, 0);
            begun = ReferenceChecksum.sum(destination, 0, destination.length, begun);
            begun = ReferenceChecksum.add(ReferenceChecksum.add(begun, protocolNumber()), transport.length);
        }
        if (sum == Sum.PARTIAL) {
            return begun;
        }
        int full = ~ReferenceChecksum.sum(transport, 0, transport.length, begun) & 0xFFFF;
        return full == 0 && protocol == UDP ? 0xFFFF : full;
    }

    private int sumOffset() {
        return protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
    }
}
