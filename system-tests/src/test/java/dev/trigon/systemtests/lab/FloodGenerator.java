package dev.trigon.systemtests.lab;

import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.packet.FrameSender;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of its own, as it must run in a host's namespace: sends one frame again and again for so long, each time from
 * another client, by a seed. What is not the client's stays as it is in the frame, and the checksums are kept right.
 */
public final class FloodGenerator {
    private static final int BATCH = 64;
    private static final int STRIDE = 2048;
    private static final int IPV4_PROTOCOL_AT = FrameBuilder.IP_AT + 9;
    private static final int IPV4_CHECKSUM_AT = FrameBuilder.IP_AT + 10;
    /** Of either family's source address, the end. */
    private static final int IPV4_CLIENT_AT = FrameBuilder.IP_AT + 12;

    private static final int IPV6_NEXT_HEADER_AT = FrameBuilder.IP_AT + 6;
    private static final int IPV6_CLIENT_AT = FrameBuilder.IP_AT + 20;
    private static final int SEQUENCE_OFFSET = 4;
    private static final int ACKNOWLEDGMENT_OFFSET = 8;
    private static final int TCP_CHECKSUM_OFFSET = 16;
    private static final int UDP_CHECKSUM_OFFSET = 6;
    private static final int LOWEST_PORT = 1024;
    private static final int PORTS = 0x10000 - LOWEST_PORT;
    private static final int NO_CHECKSUM = -1;

    private final ByteBuffer frames;
    private final SplittableRandom random;
    private final int clientMask;
    private final int clientAt;
    private final int headerSumAt;
    private final int transportAt;
    private final int transportSumAt;
    private final boolean tcp;

    private FloodGenerator(ByteBuffer frames, byte[] template, SplittableRandom random, int clientMask) {
        this.frames = frames;
        this.random = random;
        this.clientMask = clientMask;
        boolean ipv4 = template[FrameBuilder.IP_AT] >>> 4 == 4;
        clientAt = ipv4 ? IPV4_CLIENT_AT : IPV6_CLIENT_AT;
        headerSumAt = ipv4 ? IPV4_CHECKSUM_AT : NO_CHECKSUM;
        transportAt = FrameBuilder.transportAt(ipv4 ? Family.IPV4 : Family.IPV6);
        tcp = template[ipv4 ? IPV4_PROTOCOL_AT : IPV6_NEXT_HEADER_AT] == FrameBuilder.TCP;
        transportSumAt = transportAt + (tcp ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET);
        for (int slot = 0; slot < BATCH; slot++) {
            frames.put(slot * STRIDE, template);
        }
    }

    /**
     * Says how many it sent.
     *
     * @param arguments the interface; a file with the frame; which bits of the last 32 of the client's address change, in
     *     hexadecimal; a seed; frames a second, 0 for as many as there can be; milliseconds
     */
    public static void main(String... arguments) throws IOException {
        int ifIndex = NetworkInterface.getByName(arguments[0]).getIndex();
        byte[] template = Files.readAllBytes(Path.of(arguments[1]));
        int clientMask = Integer.parseUnsignedInt(arguments[2], 16);
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[3]));
        long perSecond = Long.parseLong(arguments[4]);
        long lengthNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[5]));

        NativeMemory memory = NativeMemory.allocate(BATCH * STRIDE);
        ByteBuffer frames = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        FloodGenerator generator = new FloodGenerator(frames, template, random, clientMask);
        int[] errnos = new int[BATCH];
        long startNs = System.nanoTime();
        long sent = 0;
        long batches = 0;
        try (FrameSender sender = FrameSender.open(BATCH)) {
            while (System.nanoTime() - startNs < lengthNs) {
                for (int slot = 0; slot < BATCH; slot++) {
                    generator.changeClient(slot * STRIDE);
                    sender.queue(memory.address() + (long) slot * STRIDE, template.length, ifIndex);
                }
                sent += sender.flush(errnos);
                batches++;
                if (perSecond > 0) {
                    long dueNs = startNs + batches * BATCH * TimeUnit.SECONDS.toNanos(1) / perSecond;
                    LockSupport.parkNanos(dueNs - System.nanoTime());
                }
            }
        }
        System.out.println("sent " + sent);
    }

    private void changeClient(int at) {
        int client = at + clientAt;
        changeWord(at, client, (frames.getInt(client) & ~clientMask) | (random.nextInt() & clientMask), true);
        int ports = at + transportAt;
        int port = LOWEST_PORT + random.nextInt(PORTS);
        changeWord(at, ports, (port << Short.SIZE) | (frames.getInt(ports) & 0xFFFF), false);
        if (tcp) {
            changeWord(at, ports + SEQUENCE_OFFSET, random.nextInt(), false);
            changeWord(at, ports + ACKNOWLEDGMENT_OFFSET, random.nextInt(), false);
        }
    }

    private void changeWord(int frame, int at, int word, boolean inHeader) {
        int before = frames.getInt(at);
        frames.putInt(at, word);
        if (inHeader && headerSumAt != NO_CHECKSUM) {
            changeSum(frame + headerSumAt, before, word);
        }
        changeSum(frame + transportSumAt, before, word);
    }

    /** RFC 768: 0 would say that there is no checksum. That TCP has 0xFFFF for it then is as right. */
    private void changeSum(int at, int before, int word) {
        int sum = InternetChecksum.replace32(frames.getShort(at) & 0xFFFF, before, word);
        frames.putShort(at, (short) (sum == 0 ? 0xFFFF : sum));
    }

    /** The command that runs this in a host's namespace. */
    static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(SendFrames.java(FloodGenerator.class));
        command.addAll(arguments);
        return command;
    }
}
