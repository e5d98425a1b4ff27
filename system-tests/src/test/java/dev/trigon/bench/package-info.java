/** What scripts/bench runs: a generator, and the plain pcap4j loop that vipd is compared with. */
@NullMarked
package dev.trigon.bench;

import org.jspecify.annotations.NullMarked;
