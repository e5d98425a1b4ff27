package dev.trigon.systemtests.lab;

import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.packet.FrameSender;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A program of its own, as it must run in a host's namespace: sends the frames of a file out of an interface. */
public final class SendFrames {
    private static final int MAX_OCTETS = 2048;
    /** Faster, and the queue of 1000 packets a CPU that veth puts them into would overflow. */
    private static final long PAUSE_NS = 50_000;

    private SendFrames() {}

    /** @param arguments the interface; a file of frames, each behind its length as a 32-bit number */
    public static void main(String... arguments) throws IOException {
        int ifIndex = NetworkInterface.getByName(arguments[0]).getIndex();
        NativeMemory frame = NativeMemory.allocate(MAX_OCTETS);
        int[] errnos = new int[1];
        long sent = 0;
        try (DataInputStream frames = new DataInputStream(Files.newInputStream(Path.of(arguments[1])));
                FrameSender sender = FrameSender.open(1)) {
            while (frames.available() > 0) {
                byte[] octets = frames.readNBytes(frames.readInt());
                frame.buffer().put(0, octets);
                sender.queue(frame.address(), octets.length, ifIndex);
                sent += sender.flush(errnos);
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        System.out.println(sent);
    }

    /** The command that runs this in a host's namespace. */
    static List<String> command(String device, Path frames) {
        List<String> command = new ArrayList<>(java(SendFrames.class));
        command.addAll(List.of(device, frames.toString()));
        return command;
    }

    /** What runs a program of the tests' own. */
    static List<String> java(Class<?> program) {
        return List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName());
    }
}
