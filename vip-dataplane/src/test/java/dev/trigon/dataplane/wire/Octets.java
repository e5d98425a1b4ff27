package dev.trigon.dataplane.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Octets as tests write and compare them. */
public final class Octets {
    /** What stands in memory that nobody wrote: a value no field happens to have. */
    public static final byte JUNK = (byte) 0xA5;

    private Octets() {}

    /** Hex digits, with blanks wherever they help a reader. */
    public static byte[] hex(String... lines) {
        return HexFormat.of().parseHex(String.join("", lines).replaceAll("\\s", ""));
    }

    public static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    /** Memory full of junk but for these octets. */
    public static ByteBuffer amidJunk(byte[] octets, int at, int capacity) {
        ByteBuffer buffer = junk(capacity);
        buffer.put(at, octets);
        return buffer;
    }

    public static ByteBuffer junk(int capacity) {
        byte[] octets = new byte[capacity];
        Arrays.fill(octets, JUNK);
        return ByteBuffer.allocateDirect(capacity).put(0, octets);
    }

    public static byte[] read(ByteBuffer buffer, int at, int octets) {
        byte[] read = new byte[octets];
        buffer.get(at, read);
        return read;
    }

    public static int ip(String dotted) {
        return ByteBuffer.wrap(address(dotted)).getInt();
    }

    /** The octets of an address of either family. An IPv4-mapped one comes out as IPv4: that is how InetAddress is. */
    public static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** The first eight octets of an IPv6 address. */
    public static long high(String text) {
        return ByteBuffer.wrap(address(text)).getLong();
    }

    /** The last eight octets of an IPv6 address. */
    public static long low(String text) {
        return ByteBuffer.wrap(address(text)).getLong(8);
    }
}
