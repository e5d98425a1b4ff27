package dev.trigon.systemtests.lab;

import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.netlink.Rtnetlink;
import dev.trigon.linux.packet.FrameSender;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.RawPacketListener;

/**
 * A switch's port to a trunk, as a program of its own: many a kernel has no 802.1Q. Frames of the LAN go on with tags, and
 * those that come from the trunk with just these tags go on without. Any other has no business here, as in a switch.
 */
public final class Trunk {
    private static final String READY = "carrying frames";
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    private static final int ADDRESSES = 12;
    private static final int MAX_OCTETS = 2048;
    private static final int RING_OCTETS = 64 << 20;

    private final int out;
    private final NativeMemory frame = NativeMemory.allocate(MAX_OCTETS);
    private final FrameSender sender = FrameSender.open(1);
    private final int[] errno = new int[1];

    private Trunk(int out) {
        this.out = out;
    }

    /** @param arguments the tags as hexadecimal digits, the outer one first */
    public static void main(String... arguments) throws Exception {
        byte[] tags = HexFormat.of().parseHex(arguments[0]);
        Thread down = carry("untagged", "tagged", octets -> tagged(octets, tags));
        Thread up = carry("tagged", "untagged", octets -> untagged(octets, tags));
        System.out.println(READY);
        down.join();
        up.join();
    }

    private interface Port {
        /** What goes on; nothing of a frame that does not. */
        byte[] through(byte[] frame);
    }

    private static byte[] tagged(byte[] frame, byte[] tags) {
        return ByteBuffer.allocate(frame.length + tags.length)
                .put(frame, 0, ADDRESSES)
                .put(tags)
                .put(frame, ADDRESSES, frame.length - ADDRESSES)
                .array();
    }

    private static byte[] untagged(byte[] frame, byte[] tags) {
        int end = ADDRESSES + tags.length;
        if (frame.length < end || !Arrays.equals(frame, ADDRESSES, end, tags, 0, tags.length)) {
            return new byte[0];
        }
        return ByteBuffer.allocate(frame.length - tags.length)
                .put(frame, 0, ADDRESSES)
                .put(frame, end, frame.length - end)
                .array();
    }

    private static Thread carry(String from, String to, Port port) throws PcapNativeException, NotOpenException {
        PcapHandle capture = new PcapHandle.Builder(from)
                .snaplen(MAX_OCTETS)
                .bufferSize(RING_OCTETS)
                .immediateMode(true)
                .timeoutMillis(1)
                .direction(PcapDirection.IN)
                .build();
        Trunk trunk = new Trunk(index(to));
        RawPacketListener listener = octets -> trunk.send(port.through(octets));
        Thread thread = new Thread(
                () -> {
                    try {
                        capture.loop(-1, listener);
                    } catch (PcapNativeException | NotOpenException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                from);
        thread.start();
        return thread;
    }

    /** Java's own NetworkInterface knows none that has no address. */
    private static int index(String device) {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            return kernel.link(device).orElseThrow().index();
        }
    }

    private void send(byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        frame.buffer().put(0, octets);
        sender.queue(frame.address(), octets.length, out);
        if (sender.flush(errno) == 0) {
            System.out.println("a frame of " + octets.length + " octets was refused: errno " + errno[0]);
        }
    }

    /** Starts it in a switch's namespace, and returns once it takes frames. */
    static void start(Host lan, String tags) {
        List<String> command = new ArrayList<>(SendFrames.java(Trunk.class));
        command.add(tags);
        Program program = lan.start("trunk", command);
        Eventually.within(READY_LIMIT, () -> program.log().contains(READY), program::log);
    }
}
