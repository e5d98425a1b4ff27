package dev.trigon.agent;

import java.util.Set;

/**
 * Where this host speaks IPv6.
 *
 * @param inKernel false where the kernel was started without it, or built without
 * @param disabledOn the interfaces where it is switched off
 */
record Ipv6Support(boolean inKernel, Set<String> disabledOn) {
    Ipv6Support {
        disabledOn = Set.copyOf(disabledOn);
    }
}
