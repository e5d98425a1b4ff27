package dev.trigon.systemtests.lab;

import dev.trigon.linux.bpf.Assembler;
import dev.trigon.linux.bpf.Register;
import dev.trigon.linux.bpf.XdpLink;
import dev.trigon.linux.bpf.XdpProgram;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program of its own, as it must run in a host's namespace: holds somebody else's XDP program to an interface. */
public final class PassingProgram {
    private static final Duration READY_LIMIT = Duration.ofSeconds(10);
    private static final String READY = "attached";

    private PassingProgram() {}

    /** @param arguments the interface; a mode of {@link XdpLink} */
    @SuppressWarnings("try") // the link is held, and not looked at
    public static void main(String... arguments) throws SocketException, InterruptedException {
        int ifIndex = NetworkInterface.getByName(arguments[0]).getIndex();
        byte[] pass =
                new Assembler().mov(Register.R0, XdpProgram.XDP_PASS).exit().assemble();
        try (XdpProgram program = XdpProgram.load("passing", "Apache-2.0", false, pass);
                XdpLink link = XdpLink.attach(program, ifIndex, XdpLink.Mode.valueOf(arguments[1]))) {
            System.out.println(READY);
            new CountDownLatch(1).await();
        }
    }

    /** Starts it, and returns once the program is on the interface, until it is stopped. */
    public static Program hold(Host host, String device, XdpLink.Mode mode) {
        List<String> command = new ArrayList<>(SendFrames.java(PassingProgram.class));
        command.addAll(List.of(device, mode.name()));
        Program program = host.start(command.toArray(String[]::new));
        try {
            Eventually.within(READY_LIMIT, () -> program.log().contains(READY), program::stuck);
            return program;
        } catch (Throwable e) {
            program.kill();
            throw e;
        }
    }
}
