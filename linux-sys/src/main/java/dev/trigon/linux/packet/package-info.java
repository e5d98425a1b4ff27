/** Raw sockets: whole frames sent in batches (AF_PACKET), and pings (ICMP). */
@NullMarked
package dev.trigon.linux.packet;

import org.jspecify.annotations.NullMarked;
