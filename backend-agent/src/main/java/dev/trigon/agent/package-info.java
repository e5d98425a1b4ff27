/** vip-agent: the VIP on the real server's loopback, silent in ARP, and L3DSR's way back from the server's address to it. */
@NullMarked
package dev.trigon.agent;

import org.jspecify.annotations.NullMarked;
