package dev.trigon.dataplane.service;

import java.net.InetAddress;

/**
 * A backend that is configured no more while flows still name it: its id stays its address's, so that they never land on
 * another server.
 *
 * @param service the service it was of, which may be gone too
 * @param drains whether its flows still go to it; false: it was forced out
 */
public record FormerBackend(
        int id, String service, String name, InetAddress address, InetAddress vip, Protocol protocol, boolean drains) {}
