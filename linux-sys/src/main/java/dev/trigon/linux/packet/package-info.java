/** AF_PACKET sockets: sending whole frames in batches. */
@NullMarked
package dev.trigon.linux.packet;

import org.jspecify.annotations.NullMarked;
