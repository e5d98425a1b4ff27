/** The engine that runs everywhere: libpcap for what comes in, a raw socket for what goes out. The only pcap4j imports. */
@NullMarked
package dev.trigon.dataplane.port.pcap;

import org.jspecify.annotations.NullMarked;
