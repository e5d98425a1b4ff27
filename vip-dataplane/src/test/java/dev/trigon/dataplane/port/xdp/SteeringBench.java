package dev.trigon.dataplane.port.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.bpf.XdpProgram;
import dev.trigon.linux.libc.LibC;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The steering program with a socket for the first queue, on which frames of test runs arrive: so that steering is seen. */
final class SteeringBench implements AutoCloseable {
    static final long MAC = 0x0200_0000_0002L;
    static final int MTU_FRAME = 1_600;

    private static final int AF_XDP = 44;

    final SteeredVips vips = SteeredVips.create();
    private final BpfMap sockets;
    private final int xsk = LibC.socket(AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);

    SteeringBench(int queues) {
        if (xsk < 0) {
            throw new LinuxException("socket(AF_XDP)", LibC.errno());
        }
        sockets = SteeringProgram.sockets(queues);
        sockets.update(SteeringProgram.octets(0), SteeringProgram.octets(xsk));
    }

    XdpProgram load(int maxOctets, boolean frags) {
        return SteeringProgram.load(MAC, maxOctets, frags, vips, sockets);
    }

    XdpProgram load(long mac) {
        return SteeringProgram.load(mac, MTU_FRAME, false, vips, sockets);
    }

    static boolean steers(XdpProgram program, byte[] frame) {
        int verdict = program.testRun(frame).verdict();
        assertThat(verdict).isIn(XdpProgram.XDP_REDIRECT, XdpProgram.XDP_PASS);
        return verdict == XdpProgram.XDP_REDIRECT;
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        LibC.close(xsk);
        sockets.close();
        vips.close();
    }
}
