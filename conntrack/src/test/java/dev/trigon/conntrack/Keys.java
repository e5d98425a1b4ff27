package dev.trigon.conntrack;

/** Flow keys by number: the number is the low half of the client's address, so that it can be told from the key again. */
final class Keys {
    static final int VIP = 0xCB00_710A;
    static final long CLIENTS_HIGH = 0x2001_0DB8_000C_0000L;
    static final long VIPS_HIGH = 0x2001_0DB8_000F_0000L;
    static final long MAPPED = 0xFFFFL << Integer.SIZE;
    static final int CLIENT_PORT = 40_000;
    static final int VIP_PORT = 80;

    private Keys() {}

    static FlowKey ipv4(long number) {
        return ipv4(number, CLIENT_PORT);
    }

    static FlowKey ipv4(long number, int clientPort) {
        return setIpv4(new FlowKey(), number, clientPort);
    }

    static FlowKey setIpv4(FlowKey key, long number, int clientPort) {
        long client = MAPPED | Integer.toUnsignedLong((int) number);
        long vip = MAPPED | Integer.toUnsignedLong(VIP);
        return key.set(0, client, 0, vip, FlowKey.TCP, clientPort, VIP_PORT);
    }

    static FlowKey ipv6(long number) {
        return ipv6(number, CLIENT_PORT);
    }

    static FlowKey ipv6(long number, int clientPort) {
        return setIpv6(new FlowKey(), number, clientPort);
    }

    static FlowKey setIpv6(FlowKey key, long number, int clientPort) {
        return key.set(CLIENTS_HIGH, number, VIPS_HIGH, 0x10, FlowKey.TCP, clientPort, VIP_PORT);
    }

    /** Of either family, by turns. */
    static FlowKey mixed(long number) {
        return setMixed(new FlowKey(), number);
    }

    static FlowKey setMixed(FlowKey key, long number) {
        return (number & 1) == 0 ? setIpv4(key, number, CLIENT_PORT) : setIpv6(key, number, CLIENT_PORT);
    }

    static int number(FlowKey key) {
        return (int) key.clientLow();
    }
}
