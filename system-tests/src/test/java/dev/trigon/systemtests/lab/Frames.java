package dev.trigon.systemtests.lab;

import static dev.trigon.systemtests.lab.FrameBuilder.transportAt;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Frames for the VIP of one family, such as no honest sender makes. All carry the VIP where a filter looks for it, so that
 * they are met.
 */
public final class Frames {
    private static final int ETHERNET_HEADER = FrameBuilder.IP_AT;
    private static final int TCP_HEADER = 20;
    private static final int[] EDGES = {0x00, 0xff, 0x7f, 0x80, 0x40, 0x4f, 0x45, 0x60, 0x2c, 0x2b, 0x3c};

    /** See pcap-savefile(5): times in microseconds, most significant octet first. */
    private static final int PCAP_MAGIC = 0xA1B2_C3D4;

    private static final int PCAP_VERSION = 0x0002_0004;
    private static final int SNAPLEN = 65_535;
    private static final int ETHERNET = 1;

    private static final Pattern REPLAYED = Pattern.compile("Successful packets:\\s+(\\d+)");

    private final Family family;
    private final Supplier<FrameBuilder> honest;
    private final List<byte[]> all = new ArrayList<>();

    /** @param honest begins a frame */
    Frames(Family family, Supplier<FrameBuilder> honest) {
        this.family = family;
        this.honest = honest;
    }

    public Family family() {
        return family;
    }

    public boolean ofIpv4() {
        return family == Family.IPV4;
    }

    public Frames add(byte[]... frames) {
        all.addAll(List.of(frames));
        return this;
    }

    /** A frame to be finished, and then to be {@link #add added}. */
    public FrameBuilder frame() {
        return honest.get();
    }

    /** Cut off after every octet that it has. */
    public Frames truncatedEverywhere(byte[] whole) {
        for (int length = ETHERNET_HEADER; length < whole.length; length++) {
            all.add(Arrays.copyOf(whole, length));
        }
        return this;
    }

    /** Segments of which some octets are random: versions, header lengths, lengths, fragments, options, protocols. */
    public Frames mutated(int count, Random random) {
        // the addresses stay: the filter looks at one, and what a server answers to the other must lead nowhere
        int addresses = family == Family.IPV4 ? 8 : 32;
        int addressesAt = transportAt(family) - addresses;
        int most = transportAt(family) + TCP_HEADER - ETHERNET_HEADER - addresses;
        for (int i = 0; i < count; i++) {
            byte[] frame = frame().tcp(1024 + random.nextInt(60_000), 80, FrameBuilder.SYN, 6);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                int at = ETHERNET_HEADER + random.nextInt(most);
                frame[at >= addressesAt ? at + addresses : at] = edge(random);
            }
            all.add(frame);
        }
        return this;
    }

    /** IPv6 packets that begin with a chain of extension headers of any kinds and lengths, in any order. */
    public Frames mutatedChains(int count, Random random) {
        int[] kinds = {0, 43, FrameBuilder.FRAGMENT, 60, 51, 59, FrameBuilder.TCP};
        for (int i = 0; i < count; i++) {
            FrameBuilder frame = frame();
            for (int headers = 1 + random.nextInt(10); headers > 0; headers--) {
                int[] rest = random.ints(7 + 8 * random.nextInt(2), 0, 256).toArray();
                // an honest length, mostly: else the chain ends with the first
                rest[0] = random.nextInt(8) == 0 ? rest[0] : rest.length / 8;
                frame.extension(kinds[random.nextInt(kinds.length)], rest);
            }
            all.add(frame.tcp(4000, 80, FrameBuilder.SYN, 6));
        }
        return this;
    }

    /** Nothing but an Ethernet header and noise. */
    public Frames random(int count, Random random) {
        for (int i = 0; i < count; i++) {
            byte[] frame = frame().udp(4000, 53, random.nextInt(1400));
            int end = ETHERNET_HEADER + random.nextInt(frame.length - ETHERNET_HEADER);
            for (int at = ETHERNET_HEADER; at < end; at++) {
                frame[at] = (byte) random.nextInt(256);
            }
            all.add(frame);
        }
        return this;
    }

    private static byte edge(Random random) {
        return (byte) (random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : random.nextInt(256));
    }

    public int count() {
        return all.size();
    }

    /** Sends all of them from a host, through a raw socket; returns how many left it. */
    public long sendFrom(Host host, String device) {
        Path file = host.directory().resolve("frames");
        write(file, this::writeFrames);
        return Long.parseLong(host.ask(SendFrames.command(device, file).toArray(String[]::new))
                .strip());
    }

    /** The same by tcpreplay, out of a pcap file. */
    public long replayFrom(Host host, String device) {
        String said = host.ask(tcpreplay(host, device, 20_000));
        Matcher replayed = REPLAYED.matcher(said);
        if (!replayed.find()) {
            throw new AssertionError(said);
        }
        return Long.parseLong(replayed.group(1));
    }

    /** Sends them so slowly that something can be done meanwhile. */
    public Program startReplayFrom(Host host, String device) {
        return host.start(tcpreplay(host, device, 2_000));
    }

    private String[] tcpreplay(Host host, String device, int perSecond) {
        Path file = host.directory().resolve("frames.pcap");
        write(file, this::writePcap);
        return new String[] {"tcpreplay", "--pps=" + perSecond, "--intf1=" + device, file.toString()};
    }

    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    private static void write(Path file, Writer writer) {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeFrames(DataOutputStream out) throws IOException {
        for (byte[] frame : all) {
            out.writeInt(frame.length);
            out.write(frame);
        }
    }

    private void writePcap(DataOutputStream out) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(24);
        header.putInt(PCAP_MAGIC)
                .putInt(PCAP_VERSION)
                .putLong(0)
                .putInt(SNAPLEN)
                .putInt(ETHERNET);
        out.write(header.array());
        for (byte[] frame : all) {
            out.writeLong(0);
            out.writeInt(frame.length);
            out.writeInt(frame.length);
            out.write(frame);
        }
    }
}
