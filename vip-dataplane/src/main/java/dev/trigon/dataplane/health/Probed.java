package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.ForwardMode;
import java.net.InetAddress;

/**
 * Who is checked. Of backends that share a check it is one of them: they differ in id and names alone.
 *
 * @param dscp the VIP's code in l3dsr; 0 in l2dsr
 */
public record Probed(
        int backendId,
        String service,
        String backend,
        InetAddress address,
        InetAddress vip,
        ForwardMode forward,
        int dscp) {}
