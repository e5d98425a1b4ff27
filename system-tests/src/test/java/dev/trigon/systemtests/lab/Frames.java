package dev.trigon.systemtests.lab;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Frames for the VIP that no honest sender makes. All carry the VIP where a filter looks for it, so that they are met. */
public final class Frames {
    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4_HEADER = 20;
    private static final int TCP_HEADER = 20;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_ARP = 0x0806;
    private static final int PROTOCOL_TCP = 6;

    private final byte[] to;
    private final byte[] from;
    private final Random random;
    private final List<byte[]> frames = new ArrayList<>();

    /** @param seed makes the same frames again */
    public Frames(String toMac, String fromMac, long seed) {
        this.to = HexFormat.ofDelimiter(":").parseHex(toMac);
        this.from = HexFormat.ofDelimiter(":").parseHex(fromMac);
        this.random = new Random(seed);
    }

    /** A whole TCP segment, cut off after every octet it has. */
    public Frames truncatedEverywhere() {
        byte[] whole = segment();
        for (int length = ETHERNET_HEADER; length < whole.length; length++) {
            frames.add(Arrays.copyOf(whole, length));
        }
        byte[] arp = arp();
        for (int length = ETHERNET_HEADER; length < arp.length; length++) {
            frames.add(Arrays.copyOf(arp, length));
        }
        return this;
    }

    /** Segments of which some octets are random: versions, header lengths, lengths, fragments, options, protocols. */
    public Frames mutated(int count) {
        for (int i = 0; i < count; i++) {
            byte[] frame = segment();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                int at = ETHERNET_HEADER + random.nextInt(IPV4_HEADER - 4 + TCP_HEADER);
                // the destination address stays: it is what the filter looks at
                at += at >= ETHERNET_HEADER + IPV4_HEADER - 4 ? 4 : 0;
                frame[at] = edge();
            }
            frames.add(frame);
        }
        return this;
    }

    /** Nothing but an Ethernet header and noise. */
    public Frames random(int count) {
        for (int i = 0; i < count; i++) {
            byte[] frame = new byte[ETHERNET_HEADER + random.nextInt(1500)];
            random.nextBytes(frame);
            ethernet(ByteBuffer.wrap(frame), random.nextBoolean() ? ETHERTYPE_IPV4 : ETHERTYPE_ARP);
            frames.add(frame);
        }
        return this;
    }

    public int count() {
        return frames.size();
    }

    /** Sends all of them from a host; returns how many left it. */
    public long sendFrom(Host host, String device, Path directory) {
        Path file = directory.resolve("frames");
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (byte[] frame : frames) {
                out.writeInt(frame.length);
                out.write(frame);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Long.parseLong(host.ask(SendFrames.command(device, file).toArray(String[]::new))
                .strip());
    }

    private byte edge() {
        int[] edges = {0x00, 0xff, 0x7f, 0x80, 0x40, 0x4f, 0x45};
        return (byte) (random.nextBoolean() ? edges[random.nextInt(edges.length)] : random.nextInt(256));
    }

    private void ethernet(ByteBuffer frame, int etherType) {
        frame.put(to).put(from).putShort((short) etherType);
    }

    private byte[] segment() {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET_HEADER + IPV4_HEADER + TCP_HEADER + 6);
        ethernet(frame, ETHERTYPE_IPV4);
        frame.put((byte) 0x45).put((byte) 0).putShort((short) (frame.capacity() - ETHERNET_HEADER));
        frame.putInt(0x00004000).put((byte) 64).put((byte) PROTOCOL_TCP).putShort((short) 0);
        frame.put(address(Lab.CLIENT_ADDRESS)).put(address(Lab.VIP));
        frame.putShort(ETHERNET_HEADER + 10, checksum(frame.array()));
        frame.putShort((short) (1024 + random.nextInt(60000))).putShort((short) 80);
        frame.putInt(random.nextInt()).putInt(0).putShort((short) 0x5002).putShort((short) 1024);
        return frame.array();
    }

    private byte[] arp() {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET_HEADER + 28);
        ethernet(frame, ETHERTYPE_ARP);
        frame.putShort((short) 1)
                .putShort((short) ETHERTYPE_IPV4)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        frame.put(from).put(address("10.2.0.1")).put(new byte[6]).put(address(Lab.VIP));
        return frame.array();
    }

    private static byte[] address(String dotted) {
        byte[] octets = new byte[4];
        String[] parts = dotted.split("\\.", -1);
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) Integer.parseInt(parts[i]);
        }
        return octets;
    }

    /** RFC 1071, over an IPv4 header without options. */
    private static short checksum(byte[] frame) {
        ByteBuffer header = ByteBuffer.wrap(frame, ETHERNET_HEADER, IPV4_HEADER);
        int sum = 0;
        while (header.hasRemaining()) {
            sum += header.getShort() & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~sum;
    }
}
