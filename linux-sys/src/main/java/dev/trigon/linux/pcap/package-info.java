/** libpcap's per-packet calls, direct-mapped, and filters. Opening and closing are pcap4j's, elsewhere. */
@NullMarked
package dev.trigon.linux.pcap;

import org.jspecify.annotations.NullMarked;
