/** What the gateway says of its own accord about a VIP: ARP, neighbour discovery, echo replies, ICMP errors. */
@NullMarked
package dev.trigon.dataplane.answer;

import org.jspecify.annotations.NullMarked;
