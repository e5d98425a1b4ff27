package dev.trigon.agent;

import java.net.Inet4Address;
import java.net.InetAddress;

/** What differs between IPv4 and IPv6 for a real server. */
enum IpFamily {
    IPV4("IPv4", "ip", 32, "answers ARP"),
    IPV6("IPv6", "ip6", 128, "answers neighbour solicitations");

    private final String title;
    private final String nft;
    private final int addressBits;
    private final String answers;

    IpFamily(String title, String nft, int addressBits, String answers) {
        this.title = title;
        this.nft = nft;
        this.addressBits = addressBits;
        this.answers = answers;
    }

    static IpFamily of(InetAddress address) {
        return address instanceof Inet4Address ? IPV4 : IPV6;
    }

    /** As nft names it, the family of a table and the header in a rule alike. */
    String nft() {
        return nft;
    }

    /** The prefix length of one address alone. */
    int addressBits() {
        return addressBits;
    }

    /** What an interface does for its addresses, whoever else may have them. */
    String answers() {
        return answers;
    }

    @Override
    public String toString() {
        return title;
    }
}
