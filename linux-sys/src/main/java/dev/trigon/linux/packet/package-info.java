/** AF_PACKET sockets: sending whole frames in batches, and copies of frames that arrive. */
@NullMarked
package dev.trigon.linux.packet;

import org.jspecify.annotations.NullMarked;
