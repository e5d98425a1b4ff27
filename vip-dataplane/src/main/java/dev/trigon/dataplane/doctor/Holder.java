package dev.trigon.dataplane.doctor;

import dev.trigon.linux.MacAddress;
import java.net.InetAddress;

/** Somebody who says that an address is theirs. */
record Holder(InetAddress address, MacAddress mac, String onInterface) {}
