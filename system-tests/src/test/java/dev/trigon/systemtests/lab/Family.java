package dev.trigon.systemtests.lab;

/** One of the two that an address can be of. The lab has everything in both. */
public enum Family {
    IPV4("203.0.113.10", "198.51.100.10", "198.51.100.66", "198.18.0.0/15", "10.%d.0.", "%s:%d"),
    IPV6("2001:db8:f::10", "2001:db8:c::10", "2001:db8:c::66", "2001:db8:bad::/96", "2001:db8:%d::", "[%s]:%d");

    private final String vip;
    private final String client;
    private final String stranger;
    private final String crowd;
    private final String network;
    private final String endpoint;

    Family(String vip, String client, String stranger, String crowd, String network, String endpoint) {
        this.vip = vip;
        this.client = client;
        this.stranger = stranger;
        this.crowd = crowd;
        this.network = network;
        this.endpoint = endpoint;
    }

    public String vip() {
        return vip;
    }

    /** The client's address. */
    public String client() {
        return client;
    }

    /** An address of nobody's, whose packets are told from the client's by it. */
    public String stranger() {
        return stranger;
    }

    /** A network of nobody's (RFC 2544 has IPv4's for such use), with room for more clients than any table has. */
    public String crowdNetwork() {
        return crowd;
    }

    String crowd() {
        return crowd.substring(0, crowd.indexOf('/'));
    }

    /** Which of the last 32 bits of an address are not the network's, in hexadecimal. */
    String crowdMask() {
        return this == IPV4 ? "1ffff" : "ffffffff";
    }

    /** @param number of the lab's network, as in its host's addresses: 2 in 10.2.0.11 and in 2001:db8:2::11 */
    public String address(int number, int host) {
        return network.formatted(number) + host;
    }

    /** As URLs, curl and vipctl have it. */
    public String endpoint(String address, int port) {
        return endpoint.formatted(address, port);
    }

    public String vip(int port) {
        return endpoint(vip, port);
    }

    public String client(int port) {
        return endpoint(client, port);
    }

    /** What a service of this family is called whose other is called this in IPv4. */
    public String name(String service) {
        return this == IPV4 ? service : service + "6";
    }
}
