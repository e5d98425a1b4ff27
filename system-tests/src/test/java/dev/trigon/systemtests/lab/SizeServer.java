package dev.trigon.systemtests.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of its own on a server: answers each datagram with the server's name and how many octets came. Bound to the VIPs,
 * as every UDP server behind one must be or know what it was asked by: from its own address nobody expects an answer.
 */
public final class SizeServer {
    private static final int LARGEST = 65_536;

    private SizeServer() {}

    /** @param arguments the server's name, a port, and VIPs */
    public static void main(String... arguments) throws IOException {
        Selector selector = Selector.open();
        for (int vip = 2; vip < arguments.length; vip++) {
            DatagramChannel.open()
                    .bind(new InetSocketAddress(arguments[vip], Integer.parseInt(arguments[1])))
                    .configureBlocking(false)
                    .register(selector, SelectionKey.OP_READ);
        }
        ByteBuffer datagram = ByteBuffer.allocateDirect(LARGEST);
        while (true) {
            selector.select(key -> answer((DatagramChannel) key.channel(), datagram, arguments[0]));
        }
    }

    private static void answer(DatagramChannel channel, ByteBuffer datagram, String name) {
        try {
            datagram.clear();
            SocketAddress client = channel.receive(datagram);
            if (client != null) {
                String said = name + " " + datagram.position() + "\n";
                channel.send(ByteBuffer.wrap(said.getBytes(StandardCharsets.UTF_8)), client);
            }
        } catch (IOException e) {
            // one client's trouble (a port that is closed by now) is not the others'
            System.err.println(e);
        }
    }

    /** The command that runs this in a server's namespace, for VIPs of both families. */
    static List<String> command(String server) {
        List<String> command = new ArrayList<>(SendFrames.java(SizeServer.class));
        command.addAll(List.of(server, String.valueOf(Services.SIZES_PORT)));
        for (Family family : Family.values()) {
            command.add(family.vip());
        }
        return command;
    }
}
